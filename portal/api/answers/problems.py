"""Errors as programs get them."""

from marshmallow import INCLUDE, Schema, fields

from portal.api.fields import string, whole


class ProblemAnswer(Schema):
    """Problem details, RFC 9457."""

    class Meta:
        """Kinds of problems add members of their own."""

        unknown = INCLUDE

    type = string("Address where this kind of problem is explained.")
    title = string("What kind of problem it is.")
    title_zh = string("The same in Chinese.")
    status = whole("The HTTP status.")
    detail = string("What is wrong this time.")
    remedy = string("What to do about it.")
    remedy_zh = string("The same in Chinese.")
    instance = string("The path that was asked for.")
    request_id = string("What to tell us if you ask about it.")
    parameter = fields.String(metadata={"description": "The parameter that is wrong."})
    position = fields.Integer(metadata={"description": "Where in it, counted in characters from 0."})
