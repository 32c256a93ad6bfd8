"""Files that are being made."""

from marshmallow import Schema, fields

from portal.api.fields import SelfLinks, string, whole


class ExportAnswer(Schema):
    """A file that is being made."""

    id = string("Id of the job.")
    ref = string("The version it is made from.")
    part = string("The table.")
    format = string("The format.")
    state = string("waiting, running, done or failed.")
    rows_done = whole("Rows written so far.")
    rows_total = whole("Rows in all.")
    error = string("Why it failed, or null.", allow_none=True)
    file = string("Address of the file once it is done, or null.", allow_none=True)
    links = fields.Nested(SelfLinks, required=True)
