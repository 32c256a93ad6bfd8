"""Webhooks of the caller, and the log of what was sent."""

from marshmallow import Schema, fields

from portal.api.fields import flag, instant, string, strings, whole


class SearchTermsAnswer(Schema):
    """A search that is followed."""

    q = string("Words, as in the search for datasets.")
    facets = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={"description": "Facet → chosen values."},
    )


class WebhookAnswer(Schema):
    """One address that is told."""

    id = string("Its id.")
    url = string("Where messages go.")
    dataset = string("The dataset that is followed, or null.", allow_none=True)
    search = fields.Nested(
        SearchTermsAnswer,
        required=True,
        allow_none=True,
        metadata={"description": "The search that is followed, or null."},
    )
    events = strings("created, updated, withdrawn: what it is told of.")
    state = string("active or disabled.")
    disabled_reason = string("Why it is disabled; empty while it is active.")
    failing_since = instant("Since when nothing was taken, or null.", allow_none=True)
    rotated_at = instant("When its secret was changed last, or null; the one before signs for a day.", allow_none=True)
    created_at = instant("When it was made.")


class NewWebhookAnswer(WebhookAnswer):
    """A webhook with its secret, which is shown this once."""

    secret = string("What signs its messages; keep it, it is not shown again.")


class WebhooksAnswer(Schema):
    """All webhooks of the account, the newest first."""

    items = fields.List(fields.Nested(WebhookAnswer), required=True)


class DeliveryAnswer(Schema):
    """A message and what came of it."""

    id = string("Its id, the same at every attempt: the header `webhook-id`.")
    event = string("dataset.created, dataset.updated, dataset.withdrawn or ping.")
    dataset = string("The dataset, or null.", allow_none=True)
    attempts = whole("How often it was sent.")
    status = whole("What was answered last, or null.", allow_none=True)
    error = string("Why it was not taken last; empty where it was.")
    took_ms = whole("How long the last attempt took.", allow_none=True)
    created_at = instant("When it was made.")
    due_at = instant("When it is sent next, or null.", allow_none=True)
    done_at = instant("When it was taken or given up, or null.", allow_none=True)
    is_given_up = flag("Whether it was given up: nothing took it for a day.")


class DeliveriesAnswer(Schema):
    """The log of a webhook, the newest first."""

    items = fields.List(fields.Nested(DeliveryAnswer), required=True)


class PingAnswer(Schema):
    """A test message that was put in the queue."""

    id = string("Its id in the log.")
