"""Public changes since a cursor."""

from marshmallow import Schema, fields

from portal.api.fields import CardLinks, TextAnswer, WordsAnswer, flag, instant, string, strings, whole


class ChangeAnswer(Schema):
    """One public change of a dataset."""

    cursor = string("Where it stands: give it as `since` to go on after it.")
    kind = string("created, updated or withdrawn.")
    dataset = string("Id of the dataset.")
    version = whole("Number of the version that became current; null where it was withdrawn.", allow_none=True)
    title = fields.Nested(
        TextAnswer,
        required=True,
        allow_none=True,
        metadata={"description": "Its title now; null where nothing of it is public any more."},
    )
    publisher = string("Slug of the department.")
    themes = strings("Slugs of its themes.")
    at = instant("When we noticed it; never earlier than that of the change before.")
    reason = fields.Nested(
        WordsAnswer, required=True, allow_none=True, metadata={"description": "Why it was withdrawn, or null."}
    )
    links = fields.Nested(CardLinks, required=True)


class ChangesAnswer(Schema):
    """Changes in the order in which they became public."""

    items = fields.List(fields.Nested(ChangeAnswer), required=True)
    cursor = string("Give it as `since` the next time; the same as before when nothing has changed.")
    has_more = flag("Whether there are more already.")
    next = string("Address of the following changes; null where these are the newest.", allow_none=True)
