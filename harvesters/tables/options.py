"""How the rows of a table are read: keys, marks, operation codes, and what must be finished before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from harvesters.config import ConfigReader

NULL_WORDS = ("NULL", "null", "(null)", "")


@dataclass(frozen=True, slots=True)
class BatchMarker:
    """Where "finished" is written: in a column of the table itself, or in the newest line about it of a batch table."""

    finished: frozenset[str]
    column: str = ""
    table: str = ""
    table_column: str = ""
    state_column: str = ""
    order_column: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """`stamp` and `sequence` name the columns that tell when a row came to be; with both, the sequence settles ties.

    `overlap_s`, `overlap_numbers`: how far before the last mark a run asks again, for what was committed late.
    `holds`: the table holds its rows (`whole`) or changes alone (`changes`), which are cleared away one day.
    """

    keys: tuple[str, ...] = ()
    stamp: str = ""
    sequence: str = ""
    overlap_s: int = 600
    overlap_numbers: int = 1_000
    operation: str = ""
    present_codes: frozenset[str] = frozenset({"I", "U"})
    delete_codes: frozenset[str] = frozenset({"D"})
    batch: BatchMarker | None = None
    settle_s: int = 5
    null_words: frozenset[str] = frozenset(NULL_WORDS)
    holds: Literal["whole", "changes"] = "whole"
    technical_columns: tuple[str, ...] = ()
    compare_every_runs: int = 30
    compare_every_days: int = 7

    @property
    def mark_columns(self) -> tuple[str, ...]:
        """The columns that order rows, the one that increments are asked by first."""
        return tuple(name for name in (self.stamp, self.sequence) if name)


def read_reading(values: Mapping[str, object]) -> Reading:
    """Check the options. Raises ConfigError that names every fault."""
    reader = ConfigReader("tables", values)
    present = (*reader.words("insert_codes", ("I",)), *reader.words("update_codes", ("U",)))
    deleted = reader.words("delete_codes", ("D",))
    reading = Reading(
        keys=reader.words("keys"),
        stamp=reader.text("stamp", ""),
        sequence=reader.text("sequence", ""),
        overlap_s=reader.integer("overlap_s", 600, at_least=0, at_most=90 * 86_400),
        overlap_numbers=reader.integer("overlap_numbers", 1_000, at_least=0, at_most=100_000_000),
        operation=reader.text("operation", ""),
        present_codes=frozenset(present),
        delete_codes=frozenset(deleted),
        batch=_batch(reader),
        settle_s=reader.integer("settle_s", 5, at_least=0, at_most=600),
        null_words=frozenset(reader.words("null_words", NULL_WORDS)),
        holds="changes" if reader.choice("holds", "whole", ("whole", "changes")) == "changes" else "whole",
        technical_columns=reader.words("technical_columns"),
        compare_every_runs=reader.integer("compare_every_runs", 30, at_least=0, at_most=100_000),
        compare_every_days=reader.integer("compare_every_days", 7, at_least=0, at_most=3_650),
    )
    if set(present) & set(deleted):
        reader.fault("'delete_codes' must not name a code of 'insert_codes' or 'update_codes'.")
    reader.finish()
    return reading


def _batch(reader: ConfigReader) -> BatchMarker | None:
    column = reader.text("batch_column", "")
    table = reader.text("batch_table", "")
    of, state, order = (reader.text(f"batch_{name}_column", "") for name in ("table", "state", "order"))
    finished = frozenset(reader.words("finished"))
    if not column and not table:
        return None
    if column and table:
        reader.fault("Give 'batch_column' or 'batch_table', not both.")
    if table and not (state and order):
        reader.fault("'batch_table' needs 'batch_state_column' and 'batch_order_column'.")
    if not finished:
        reader.fault("'finished' must list the values that say that a batch is finished.")
    return BatchMarker(finished, column, table, of, state, order)
