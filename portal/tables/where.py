"""The filter language of rows: text into a condition."""

from collections.abc import Mapping, Sequence

from portal.kernel.columns import TableSchema
from portal.tables.query import Condition, SortKey


def parse_where(text: str, schema: TableSchema) -> Condition:
    """Parse for example `区 = '东城区' and (数量 >= 3 or 名称 contains '学校') and not 备注 is null`.

    Raises InvalidInput with parameter `where` and the position of what is wrong.
    """
    raise NotImplementedError


def parse_order(text: str, schema: TableSchema) -> tuple[SortKey, ...]:
    """Parse `数量 desc, 名称`. Raises InvalidInput with parameter `order_by`."""
    raise NotImplementedError


def parse_select(text: str, schema: TableSchema) -> tuple[str, ...]:
    """Parse `名称, "column with space"`. Raises InvalidInput with parameter `select`."""
    raise NotImplementedError


def condition_from_filters(filters: Mapping[str, Sequence[str]], schema: TableSchema) -> Condition | None:
    """Form fields into a condition: `f.<column>` contains (text) or equals, `min.<column>` and `max.<column>` ranges.

    Blank fields and unknown names are left out. Raises InvalidInput naming the field whose value does not fit its type.
    """
    raise NotImplementedError
