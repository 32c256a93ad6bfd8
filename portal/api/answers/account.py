"""Who the caller is to us."""

from marshmallow import Schema, fields

from portal.api.fields import WordsAnswer, flag, string, whole


class BudgetAnswer(Schema):
    """What is left of one budget."""

    policy = string("Its name in the `RateLimit` headers.")
    description = fields.Nested(WordsAnswer, required=True)
    unit = string("What it counts: requests or content-bytes.")
    limit = whole("Units in a window.")
    window_s = whole("Length of the window.")
    remaining = whole("Units left.")
    concurrent = whole("Requests of this class that you may have running at a time, or null.", allow_none=True)
    is_local = flag("Whether the shared counter is away, and a count of one process holds.")
    reset_s = whole("Seconds until more units are there.")


class QuotaAnswer(Schema):
    """Who you are to us, and what you may use."""

    tier = string("anonymous, registered, verified or partner.")
    key_id = string("Id of the key that was shown, or null.", allow_none=True)
    budgets = fields.List(fields.Nested(BudgetAnswer), required=True)
