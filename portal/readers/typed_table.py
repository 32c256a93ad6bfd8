"""The second station: types for the columns of a text table, and the typed Parquet file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from portal.kernel.columns import Column
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnType
from portal.readers.declared import Declared, declared_candidate
from portal.readers.duck import literal, quoted
from portal.readers.errors import FileRefused
from portal.readers.headers.footers import TOTAL
from portal.readers.headers.names import ColumnName
from portal.readers.reading import Note
from portal.readers.typing_rules import (
    Candidate,
    candidates,
    is_damaged,
    is_uniform_code,
    no_value,
    takes_all,
    text_cast,
    trimmed,
)

ROW_GROUP_ROWS = 32_768
_SAMPLE_ROWS = 1_024
_COLUMNS_AT_ONCE = 200
_VECTOR_ROWS = 2_048
_CELLS_A_GROUP = 2_000_000
_FAMILY = "一"


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of text to be typed: `rows` is what stands behind FROM and gives them in order, with the columns `names`."""

    rows: str
    names: Sequence[str]

    def sql(self, limit: int | None = None) -> str:
        """A FROM clause over the rows, in their order."""
        return f"(SELECT * FROM {self.rows}{f' LIMIT {limit}' if limit else ''})"


def parquet_source(paths: Sequence[Path], width: int, first_row: int = 0) -> Source:
    """The rows of text tables, one file after the other, from the row `first_row` (0-based) on."""
    files = ", ".join(literal(str(path)) for path in paths)
    scan = f"read_parquet([{files}], union_by_name = true, file_row_number = true)"
    where = f" WHERE file_row_number >= {first_row}" if first_row else ""
    return Source(f"(SELECT * FROM {scan}{where})", [f"c{i}" for i in range(width)])


@dataclass(frozen=True, slots=True)
class TypedTable:
    """What was written: the columns kept, the number of rows, and what there is to tell about single columns."""

    columns: tuple[Column, ...]
    row_count: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Choice:
    """`late`: cells that are of no such type as all those in the first rows. `damaged`: numbers without their last digits.

    `is_declared`: the type is the one that the source's database has.
    """

    type: ColumnType
    cast: str
    failed_casts: int
    late: int = 0
    damaged: int = 0
    is_declared: bool = False


def type_table(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    headers: Sequence[ColumnName],
    target: Path,
    *,
    damaged: Mapping[int, int] | None = None,
    declared: Mapping[str, Declared] | None = None,
) -> TypedTable:
    """Write `source` as a typed Parquet file with the names of `headers`.

    A column that has neither a name nor a value is left out. `damaged`: column → cells that a spreadsheet rounded.
    `declared`: header → what the source's database says of the column. Raises FileRefused (`file_empty`) when no row is left.
    """
    said = [(declared or {}).get(header.source_name) for header in headers]
    choices: list[_Choice | None] = []
    for start in range(0, len(headers), _COLUMNS_AT_ONCE):
        part = slice(start, start + _COLUMNS_AT_ONCE)
        choices += _choose(connection, source, headers[part], source.names[part], said[part])
    choices = _with_damage(connection, source, choices, damaged or {})
    kept = [(h, choice, says) for h, choice, says in zip(headers, choices, said, strict=True) if choice is not None]
    if not kept:
        raise FileRefused("file_empty", "The table has no value; deliver a file with data.")
    selected = ", ".join(f"{choice.cast} AS {quoted(header.name)}" for header, choice, _ in kept)
    connection.execute(
        f"COPY (SELECT {selected} FROM {source.sql()}) TO {literal(str(target))} "
        f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {_row_group_rows(len(kept))})"
    )
    row_count, nulls = count_nulls(connection, target, [header.name for header, *_ in kept])
    if not row_count:
        target.unlink()
        raise FileRefused("file_empty", "The table has a header and no rows; deliver a file with data.")
    columns = tuple(
        _column(header, choice, null_count, says)
        for (header, choice, says), null_count in zip(kept, nulls, strict=True)
    )
    notes = [Note("numbers_damaged", header.name, choice.damaged) for header, choice, _ in kept if choice.damaged]
    notes += [Note("late_type_change", header.name, choice.late) for header, choice, _ in kept if choice.late]
    return TypedTable(columns, row_count, tuple(notes))


def _with_damage(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    choices: Sequence[_Choice | None],
    known: Mapping[int, int],
) -> list[_Choice | None]:
    """Columns with long numbers of which only the first digits are left (`1.23457E+17`) stay text, and are counted."""
    suspects = [
        i
        for i, choice in enumerate(choices)
        if choice and choice.type in {ColumnType.NUMBER, ColumnType.TEXT} and not choice.is_declared
    ]
    counts = dict.fromkeys(suspects, 0)
    for start in range(0, len(suspects), _COLUMNS_AT_ONCE):
        part = suspects[start : start + _COLUMNS_AT_ONCE]
        counted = ", ".join(_how_many(is_damaged(quoted(source.names[i]))) for i in part)
        counts.update(zip(part, _row(connection, f"SELECT {counted} FROM {source.sql()}"), strict=True))
    found: list[_Choice | None] = []
    for i, choice in enumerate(choices):
        count = counts.get(i, 0) + known.get(i, 0)
        if choice is None or not count:
            found.append(choice)
            continue
        text = _Choice(ColumnType.TEXT, text_cast(quoted(source.names[i])), 0, damaged=count)
        found.append(replace(choice, damaged=count) if choice.type is ColumnType.TEXT else text)
    return found


def count_totals(connection: duckdb.DuckDBPyConnection, path: Path, columns: Sequence[Column]) -> int:
    """Rows of a typed table that read as totals of others."""
    texts = [quoted(column.name) for column in columns[:2] if column.type is ColumnType.TEXT]
    if not texts:
        return 0
    is_total = " OR ".join(f"regexp_full_match(trim({text}), {literal(f'(?i){TOTAL}')})" for text in texts)
    return _row(connection, f"SELECT {_how_many(is_total)} FROM read_parquet({literal(str(path))})")[0]


def _row_group_rows(width: int) -> int:
    """Fewer rows where they are wide, for a row group is in memory whole."""
    return max(_VECTOR_ROWS, min(ROW_GROUP_ROWS, _CELLS_A_GROUP // width // _VECTOR_ROWS * _VECTOR_ROWS))


def count_nulls(connection: duckdb.DuckDBPyConnection, path: Path, names: Iterable[str]) -> tuple[int, list[int]]:
    """The number of rows of a Parquet file, and of nulls in each of its columns."""
    names = list(names)
    row_count = _row(connection, f"SELECT count(*) FROM read_parquet({literal(str(path))})")[0]
    nulls: list[int] = []
    for start in range(0, len(names), _COLUMNS_AT_ONCE):
        counts = ", ".join(f"count({quoted(name)})" for name in names[start : start + _COLUMNS_AT_ONCE])
        filled = _row(connection, f"SELECT {counts} FROM read_parquet({literal(str(path))})")
        nulls += [row_count - count for count in filled]
    return row_count, nulls


def _column(header: ColumnName, choice: _Choice, null_count: int, declared: Declared | None) -> Column:
    column = Column(
        name=header.name,
        type=choice.type,
        title=title_of(header.source_name),
        description=Text(),
        source_name=header.source_name,
        null_count=null_count,
        failed_casts=choice.failed_casts,
    )
    if declared is None:
        return column
    described = replace(column, title=declared.title if declared.title.languages else column.title)
    name = declared.type_name if choice.is_declared else ""
    return replace(described, description=declared.description, declared_type=name)


def title_of(source_name: str) -> Text:
    """A header as a title, in Chinese when it has a Chinese character."""
    is_chinese = any(char >= _FAMILY for char in source_name)
    return Text.of(zh=source_name) if is_chinese else Text.of(en=source_name)


def _choose(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    headers: Sequence[ColumnName],
    names: Sequence[str],
    declared: Sequence[Declared | None],
) -> list[_Choice | None]:
    """Types of some columns: a sample rules out most candidates, the rest are tried on every row, one after another."""
    options = [
        _options(header.source_name, name, says) for header, name, says in zip(headers, names, declared, strict=True)
    ]
    sampled = _count(connection, source.sql(_SAMPLE_ROWS), names, options)
    waiting = [
        [option for option, fits in counted.fitting if fits + counted.without_value >= counted.values]
        for counted in sampled
    ]
    choices: list[_Choice | None] = [None] * len(headers)
    undecided = list(range(len(headers)))
    misfits: list[list[int]] = [[] for _ in headers]
    while undecided:
        tried = [waiting[i][:1] for i in undecided]
        counts = _count(connection, source.sql(), [names[i] for i in undecided], tried)
        for i, counted in zip(undecided, counts, strict=True):
            misfits[i] += [counted.values - counted.without_value - fits for _, fits in counted.fitting]
            waiting[i] = waiting[i][1:] if counted.values and not _fits(counted) else []
            if not waiting[i]:
                choices[i] = _declared(names[i], declared[i], counted) or _decide(
                    headers[i], names[i], counted, misfits[i]
                )
        undecided = [i for i in undecided if waiting[i]]
    return choices


@dataclass(frozen=True, slots=True)
class _Counted:
    """`fitting`: how many values each candidate takes. `shortest`, `longest`: characters of whole numbers."""

    values: int
    without_value: int
    shortest: int | None
    longest: int | None
    fitting: list[tuple[Candidate, int]]


def _fits(counted: _Counted) -> Candidate | None:
    for candidate, fits in counted.fitting:
        if takes_all(fits, counted.values, counted.without_value):
            return candidate
    return None


def _options(header: str, name: str, declared: Declared | None) -> list[Candidate]:
    """What is tried: first the type that is declared. A declared text is one, whatever its values look like."""
    first = declared_candidate(declared, quoted(name)) if declared else None
    if first is None:
        return list(candidates(header, quoted(name)))
    return [] if first.type is ColumnType.TEXT else [first, *candidates(header, quoted(name))]


def _declared(name: str, declared: Declared | None, counted: _Counted) -> _Choice | None:
    """The declared type, when all values are of it; None when nothing is declared, or not what was delivered."""
    candidate = declared_candidate(declared, quoted(name)) if declared else None
    if candidate is None:
        return None
    is_whole = all(fits == counted.values for option, fits in counted.fitting if option == candidate)
    is_tried = candidate.type is ColumnType.TEXT or any(option == candidate for option, _ in counted.fitting)
    return _Choice(candidate.type, candidate.cast, 0, is_declared=True) if is_tried and is_whole else None


def _decide(header: ColumnName, name: str, counted: _Counted, misfits: Sequence[int]) -> _Choice | None:
    """The type. `misfits`: cells that each candidate did not take, of those that took all of the first rows."""
    if not counted.values and not header.source_name:
        return None
    candidate = _fits(counted)
    if candidate is None or is_uniform_code(candidate.type, counted.shortest, counted.longest):
        late = min((count for count in misfits if 0 < count * 2 <= counted.values), default=0)
        return _Choice(ColumnType.TEXT, text_cast(quoted(name)), 0, late=late if candidate is None else 0)
    return _Choice(candidate.type, candidate.cast, counted.values - dict(counted.fitting)[candidate])


def _count(
    connection: duckdb.DuckDBPyConnection, rows: str, names: Sequence[str], tried: Sequence[Sequence[Candidate]]
) -> list[_Counted]:
    """What the candidates of some columns take, in one statement over the rows.

    A cell in the plain spelling of a candidate is neither trimmed nor matched again, and no word for "no value".
    """
    inner, outer = [], []
    for i, (name, options) in enumerate(zip(names, tried, strict=True)):
        column = quoted(name)
        v = trimmed(column)
        inner += [column, *(f"{option.is_plain} AS plain_{i}_{n}" for n, option in enumerate(options))]
        is_plain = " OR ".join(f"plain_{i}_{n}" for n in range(len(options)))
        outer.append(f"count({text_cast(column)})")
        outer.append(_how_many(f"CASE WHEN {is_plain} THEN false ELSE {no_value(v)} END") if options else "0")
        if any(option.type is ColumnType.INTEGER for option in options):
            length = f"length(CASE WHEN {is_plain} THEN {column} ELSE {v} END)"
            outer += [f"min({length})", f"max({length})"]
        else:
            outer += ["NULL", "NULL"]
        outer += [_how_many(f"CASE WHEN plain_{i}_{n} THEN true ELSE {o.fits} END") for n, o in enumerate(options)]
    row = _row(connection, f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM {rows})")
    counted, at = [], 0
    for options in tried:
        values, without_value, shortest, longest = row[at : at + 4]
        at += 4
        fitting = row[at : at + len(options)]
        at += len(options)
        counted.append(_Counted(values, without_value, shortest, longest, list(zip(options, fitting, strict=True))))
    return counted


def _how_many(condition: str) -> str:
    return f"coalesce(count_if({condition}), 0)"


def _row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    row = connection.execute(sql).fetchone()
    assert row is not None, "an aggregate gives one row"
    return row
