"""What differs between two versions of a dataset: its schema, and the rows of a table."""

from marshmallow import Schema, fields

from portal.api.fields import flag, string, strings, whole


class VersionPairAnswer(Schema):
    """Which two versions are compared."""

    before = string("The older version: `id@v2`.")
    after = string("The newer version: `id@v3`.")


class ColumnStateAnswer(Schema):
    """What can differ about a column."""

    type = string("Its type.")
    action = string("What was done with it: publish, mask, generalise or suppress.")
    parameter = string("How that was done; empty: the default.")


class ChangedColumnAnswer(Schema):
    """A column that is in both versions and differs."""

    name = string("Its name.")
    before = fields.Nested(ColumnStateAnswer, required=True)
    after = fields.Nested(ColumnStateAnswer, required=True)


class PartDifferenceAnswer(Schema):
    """What differs about one part."""

    part = string("Its name in addresses.")
    kind = string("added, removed, changed or same; null where its content is not open to you.", allow_none=True)
    is_content_changed = flag("Whether its content differs; null where it is not open to you.", allow_none=True)
    row_count_before = whole("Rows in the older version.", allow_none=True)
    row_count_after = whole("Rows in the newer version.", allow_none=True)
    columns_added = strings("Columns that only the newer version has.")
    columns_removed = strings("Columns that only the older version has.")
    columns_changed = fields.List(fields.Nested(ChangedColumnAnswer), required=True)
    is_order_changed = flag("Whether the columns that both have stand in another order.")
    rows = string("Address of the rows that differ; null where there is no table on both sides.", allow_none=True)


class DifferencesAnswer(VersionPairAnswer):
    """What differs between two versions, part by part."""

    is_page_changed = flag("Whether texts or attributes of the dataset differ.")
    parts = fields.List(fields.Nested(PartDifferenceAnswer), required=True)


class RowDifferenceAnswer(Schema):
    """A row that differs."""

    kind = string("added, removed or changed.")
    key = fields.Dict(keys=fields.String(), required=True, metadata={"description": "Its key; empty without one."})
    before = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "Older cells; of a changed row those that changed."},
    )
    after = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "Newer cells; of a changed row those that changed."},
    )


class RowDifferencesAnswer(VersionPairAnswer):
    """Rows that differ, in the order of the key."""

    part = string("The table.")
    key = strings("Columns that tell rows apart; none: rows are compared whole.")
    compared_columns = strings("Columns that both versions have with the same type.")
    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        allow_none=True,
        metadata={"description": "How many rows differ, by kind; null on later pages."},
    )
    rows = fields.List(fields.Nested(RowDifferenceAnswer), required=True)
    limit = whole("Rows that an answer has at most.")
    next = string("Address of the next page, or null.", allow_none=True)
