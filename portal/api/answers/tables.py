"""The schema of a table and its rows."""

from marshmallow import Schema, fields, validate

from portal.api.fields import WordsAnswer, string, text, whole


class ColumnAnswer(Schema):
    """A line of the data dictionary."""

    name = string("Its name in `select`, `where` and `order_by`, and in files.")
    type = string("text, integer, number, boolean, date or datetime.")
    title = text("What people call it.")
    description = text("What it means.")
    source_name = string("What the department wrote.")
    null_count = whole("Rows without a value; null without a grant.", allow_none=True)
    failed_casts = whole("Values that did not fit the type and are left out; null without a grant.", allow_none=True)
    action = string("publish, mask, generalise or suppress.")
    parameter = string("How the action is done: year, town, band:1000, grid:0.01, 10, phone …; empty: its default.")
    treatment = fields.Nested(
        WordsAnswer, required=True, metadata={"description": "The same in words; empty for publish."}
    )


class AbsentAnswer(Schema):
    """A column that is not public."""

    name = string("Its name; empty where that is withheld as well.")
    code = string("Why, for programs.")
    reason = fields.Nested(WordsAnswer, required=True, metadata={"description": "Why, in words."})


class TableAnswer(Schema):
    """The schema of a table."""

    ref = string("The version it belongs to: `id@v3`.")
    part = string("Its name in addresses.")
    row_count = whole("How many rows it has.", allow_none=True)
    columns = fields.List(fields.Nested(ColumnAnswer), required=True)
    absent = fields.List(fields.Nested(AbsentAnswer), required=True)
    rows = string("Address of its rows.")


class RowColumnAnswer(Schema):
    """A column of an answer."""

    name = string("Its name.")
    type = string("Its type.")


class FacetValueAnswer(Schema):
    """A value of a column."""

    value = fields.Raw(required=True, allow_none=True, metadata={"description": "The value; null: rows without one."})
    count = whole("How many rows have it.")


class RowFacetAnswer(Schema):
    """The commonest values of a column among the rows that match `where`."""

    values = fields.List(fields.Nested(FacetValueAnswer), required=True)
    others = whole("How many values more there are.")
    other_rows = whole("How many rows have one of those.")


class RowsAnswer(Schema):
    """Rows or groups in order. Dates and times are ISO 8601 text."""

    ref = string("The version that the rows are of; `next` stays with it.")
    part = string("The table's name in addresses.")
    columns = fields.List(fields.Nested(RowColumnAnswer), required=True)
    rows = fields.List(fields.Raw(), required=True, metadata={"description": "Objects by column name, or arrays."})
    total = whole("How many rows or groups the whole answer has; null when not asked.", allow_none=True)
    total_relation = fields.String(
        required=True,
        validate=validate.OneOf(["eq", "gte", "unknown"]),
        metadata={
            "description": "`eq`: `total` is exact; `gte`: it is at least so many, for counting them all would have taken "
            "too long; `unknown`: it was not asked for."
        },
    )
    limit = whole("Rows that an answer has at most.")
    next = string("Address of the next page, or null.", allow_none=True)
    next_cursor = string("The same as `cursor` for the next page, or null.", allow_none=True)
    facets = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(RowFacetAnswer),
        metadata={"description": "Column → its commonest values; where `facets` asked for them."},
    )
