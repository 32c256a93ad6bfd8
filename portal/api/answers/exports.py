"""Files that are being made."""

from marshmallow import Schema, fields

from portal.api.fields import SelfLinks, string, whole


class ExportAnswer(Schema):
    """A file that is being made, or was."""

    id = string("Id of the job.")
    ref = string("The version it is made from; null for the whole catalogue.", allow_none=True)
    part = string("The table; `catalogue` for the whole catalogue.")
    format = string("The format.")
    clauses = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "The clauses that its rows answer; empty for a whole table."},
    )
    state = string("waiting, running, done, failed, cancelled, or expired: done, and let go of since.")
    rows_done = whole("Rows written so far.")
    rows_total = whole("Rows in all; 0 while that is not known.")
    share_done = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "How much of the work is done, by our estimate, 0 to 1; null while nobody knows."},
    )
    bytes_done = whole("Bytes written so far; of a file that is done, its size.")
    error = string("Why it failed, or null.", allow_none=True)
    file = string("Address of the file once it is done, or null.", allow_none=True)
    kept_until = fields.DateTime(
        required=True, allow_none=True, metadata={"description": "Until when the file is kept at least, or null."}
    )
    links = fields.Nested(SelfLinks, required=True)
