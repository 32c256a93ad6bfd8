"""Expressions over groups: made of the groups' keys and of aggregates, each calculated once for a group."""

from collections.abc import Mapping, Sequence

from portal.kernel.columns import TableSchema
from portal.kernel.vocab import ColumnType
from portal.tables.expressions import Call, Expression, Field, Ranges
from portal.tables.terms import Places, Terms, Typed


class GroupTerms(Terms):
    """`inner` is what has to be calculated for each group, as `k0`, `k1` …, `a0` …; what this makes refers to those."""

    def __init__(
        self,
        schema: TableSchema,
        parameter: str,
        keys: Sequence[Expression],
        *,
        names: Mapping[str, Expression] | None = None,
        places: Places | None = None,
    ) -> None:
        super().__init__(schema, parameter, names=names, places=places)
        rows = Terms(schema, "group_by", places=places)
        self.keys = [self._key(rows, key) for key in keys]
        self._known = {key: Typed(f"k{n}", (), self.keys[n].type) for n, key in enumerate(keys)}
        self._aggregates: dict[Call, Typed] = {}
        self.aggregates: list[Typed] = []

    @staticmethod
    def _key(rows: Terms, key: Expression) -> Typed:
        typed = rows.order(key, key)
        if typed.type is ColumnType.GEOMETRY:
            raise rows.wrong("geometries cannot be grouped by; take another column.", key)
        return typed

    def speak_of(self, parameter: str, names: Mapping[str, Expression]) -> None:
        """Go on with another parameter of the same query, where these names may be used."""
        self.parameter, self._names, self._nodes = parameter, names, 0

    def _typed(self, expression: Expression) -> Typed:
        is_named = isinstance(expression, Field) and expression.name in self._names
        if expression in self._known and not isinstance(expression, Ranges) and not is_named:
            return self._known[expression]
        return super()._typed(expression)

    def _field(self, field: Field) -> Typed:
        self.column(field.name, field)
        raise self.wrong(f"the column {field.name!r} is neither in group_by nor in a function such as max.", field)

    def _index(self, ranges: Ranges) -> Typed:
        return self._known[ranges] if ranges in self._known else super()._index(ranges)

    def _call(self, call: Call) -> Typed:
        function = self.function(call)
        if not function.is_aggregate:
            return self.called(call, function)
        if call not in self._aggregates:
            rows = Terms(self.schema, self.parameter, places=self._places)
            typed = rows.called(call, function)
            self._aggregates[call] = Typed(f"a{len(self.aggregates)}", (), typed.type)
            self.aggregates.append(typed)
        return self._aggregates[call]
