"""The pieces that answers are made of: described fields, texts in two languages, links."""

from marshmallow import Schema, fields


def text(description: str) -> fields.Nested:
    """A text in two languages."""
    return fields.Nested(TextAnswer, required=True, metadata={"description": description})


def string(description: str, *, allow_none: bool = False) -> fields.String:
    """A string."""
    return fields.String(required=True, allow_none=allow_none, metadata={"description": description})


def whole(description: str, *, allow_none: bool = False) -> fields.Integer:
    """A whole number."""
    return fields.Integer(required=True, allow_none=allow_none, metadata={"description": description})


def flag(description: str, *, allow_none: bool = False) -> fields.Boolean:
    """True or false."""
    return fields.Boolean(required=True, allow_none=allow_none, metadata={"description": description})


def instant(description: str, *, allow_none: bool = False) -> fields.DateTime:
    """An instant in UTC, ISO 8601."""
    return fields.DateTime(required=True, allow_none=allow_none, metadata={"description": description})


def strings(description: str) -> fields.List[str]:
    """A list of strings."""
    return fields.List(fields.String(), required=True, metadata={"description": description})


class OriginAnswer(Schema):
    """Who worded a text, in each language."""

    zh = string("source, person or machine; null where there is no Chinese.", allow_none=True)
    en = string("source, person or machine; null where there is no English.", allow_none=True)


class TextAnswer(Schema):
    """A text in two languages."""

    zh = string("Chinese, or null.", allow_none=True)
    en = string("English, or null.", allow_none=True)
    origin = fields.Nested(OriginAnswer, required=True)
    stale = strings("Languages whose translation is older than the text it was made from.")


class WordsAnswer(Schema):
    """A sentence of ours in both languages."""

    zh = string("Chinese.")
    en = string("English.")


class SelfLinks(Schema):
    """Where it is."""

    self = string("Address of this by API.")


class CardLinks(SelfLinks):
    """Where a dataset is, for programs and people."""

    page_zh = string("Page in Chinese.")
    page_en = string("Page in English.")
