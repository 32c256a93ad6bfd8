"""Who the caller is, and the keys of an account."""

from marshmallow import Schema, fields

from portal.api.fields import flag, instant, string, strings, whole


class MeAnswer(Schema):
    """Who you are to us."""

    tier = string("anonymous, registered, verified or partner.")
    account_id = string("Id of your account, or null.", allow_none=True)
    key_id = string("Id of the key that was shown, or null.", allow_none=True)
    scopes = strings("What the key may be used for; everything without a key.")
    roles = strings("Roles of staff; always empty for a key.")
    grants = strings("Ids of conditional datasets whose rows you may read.")


class GrantAnswer(Schema):
    """The rows of one conditional dataset for your account, for a time."""

    id = string("Its id.")
    dataset = string("Id of the dataset.")
    state = string("held, ended or revoked, at this instant; rows are given while it is held.")
    from_at = instant("When the agreement was accepted and access began.")
    until_at = instant("When it ends.")
    revoked_at = instant("When it was revoked, or null.", allow_none=True)
    revoked_reason = string("Why, or null.", allow_none=True)
    report_due_at = instant("When the report about what came of the data is due at the latest.")
    reports = whole("Reports that were sent.")
    application = string("Page of the application, with its agreement, messages and reports.")
    data = string("Address of the dataset.")


class GrantsAnswer(Schema):
    """Your grants, those that end last first, ended and revoked ones as well."""

    items = fields.List(fields.Nested(GrantAnswer), required=True)


class DayAnswer(Schema):
    """What a key did on one day (UTC)."""

    day = fields.Date(required=True, metadata={"description": "The day."})
    requests = fields.Dict(
        keys=fields.String(), values=fields.Integer(), required=True, metadata={"description": "Class → requests."}
    )
    refused = whole("Requests of all that were over a budget.")


class KeyAnswer(Schema):
    """A key of your account. The key itself is shown once, when it is made."""

    id = string("Its id.")
    prefix = string("The part between `odp_` and the secret; it is no secret.")
    name = string("What you called it.")
    scopes = strings("What it may be used for: catalogue, rows, exports, files, account.")
    created_at = instant("When it was made.")
    expires_at = instant("When it stops, or null.", allow_none=True)
    revoked_at = instant("When it was taken back, or null.", allow_none=True)
    replaced_by = string("Id of the key that it was rotated to, or null.", allow_none=True)
    last_used_at = instant("Roughly when it was last used, or null.", allow_none=True)
    is_open = flag("Whether it opens anything now.")


class OneKeyAnswer(KeyAnswer):
    """A key of your account with its use in the last 30 days."""

    days = fields.List(fields.Nested(DayAnswer), required=True)


class KeysAnswer(Schema):
    """The keys of your account, the newest first, closed ones as well."""

    items = fields.List(fields.Nested(KeyAnswer), required=True)


class NewKeyAnswer(KeyAnswer):
    """A key that was just made."""

    key = string("The key. It is shown this once; keep it where secrets are kept.")
