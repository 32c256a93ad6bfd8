"""How large the whole numbers of a table are, so that fields are told as `int4` where 32 bits hold them all."""

import threading
from collections import OrderedDict
from collections.abc import Mapping

from portal.kernel.errors import InvalidInput, Unavailable
from portal.kernel.vocab import ColumnType
from portal.tables import ReadableTable, RowEngine, RowQuery
from portal.tables.expressions import Call, Field
from portal.tables.query import Selected

_KEPT = 10_000
_AT_ONCE = 100


class Widths:
    """Asks once for each table and process; a published table never changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Mapping[str, int]] = OrderedDict()

    def of(self, engine: RowEngine, table: ReadableTable) -> Mapping[str, int]:
        """Column → the largest size of its numbers. Of a table that is too large to ask just now, nothing."""
        with self._lock:
            if (known := self._known.get(table.digest)) is not None:
                self._known.move_to_end(table.digest)
                return known
        names = [column.name for column in table.schema.columns if column.type is ColumnType.INTEGER]
        found: dict[str, int] = {}
        try:
            for start in range(0, len(names), _AT_ONCE):
                found |= _asked(engine, table, names[start : start + _AT_ONCE])
        except (Unavailable, InvalidInput):
            return {}
        with self._lock:
            self._known[table.digest] = found
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found


def _asked(engine: RowEngine, table: ReadableTable, names: list[str]) -> dict[str, int]:
    ends = [
        Selected(Call(function, (Field(name),)), f"{function}{place}")
        for place, name in enumerate(names)
        for function in ("min", "max")
    ]
    page = engine.page(table, RowQuery(select=tuple(ends), limit=1, with_total=False))
    cells = [cell if isinstance(cell, int) else 0 for cell in page.rows[0]] if page.rows else []
    return {name: max(abs(cells[2 * n]), abs(cells[2 * n + 1])) for n, name in enumerate(names)} if cells else {}


WIDTHS = Widths()
