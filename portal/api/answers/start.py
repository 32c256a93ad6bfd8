"""The entrance."""

from marshmallow import Schema, fields

from portal.api.fields import WordsAnswer, string


class IndexAnswer(Schema):
    """Where everything is."""

    name = fields.Nested(WordsAnswer, required=True)
    version = string("Version of the API.")
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
