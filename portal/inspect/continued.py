"""Columns that continue the one before them (备注, 备注续): what stands in both is read as one cell."""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import polars as pl

from portal.inspect.cells import examine, findings_of
from portal.kernel.findings import Finding

_CONTINUES: Final = re.compile(
    r"\s*(?:[(（\[_\-]?(?:续表?|續表?|接上|cont(?:inued|\.)?|[(（]?[2２二下])[)）\]]?)$", re.IGNORECASE
)
_PART: Final = r"^[^\s\p{Han}][^\p{Han}]{0,99}$|^\p{Han}[A-Za-z0-9]{1,7}$"
_ROWS_AT_ONCE: Final = 50_000
_AS_IF_NAMED: Final = "护照、通行证"
"""What is cut in two is judged as strictly as if a document were named."""


def find_continued(frame: pl.LazyFrame, schema: Mapping[str, pl.DataType]) -> list[Finding]:
    """Findings about neighbouring cells of which the second continues the first; named is the first column."""
    names = [name for name, dtype in schema.items() if dtype == pl.String or dtype.is_integer()]
    findings: list[Finding] = []
    for first, second in pairwise(names):
        if _is_continued(first, second):
            findings += _of_pair(frame, first, second)
    return findings


def _is_continued(first: str, second: str) -> bool:
    return second.startswith(first) and bool(_CONTINUES.fullmatch(second[len(first) :]))


def _of_pair(frame: pl.LazyFrame, first: str, second: str) -> list[Finding]:
    one, other = pl.col(first).cast(pl.String), pl.col(second).cast(pl.String)
    joined = frame.filter(one.str.contains(_PART) & other.str.contains(r"^[^\s\p{Han}]{1,100}$")).select(
        text=pl.concat_str(one, other)
    )
    found: list[Finding] = []
    for batch in joined.collect_batches(chunk_size=_ROWS_AT_ONCE):
        if batch.height:
            found += findings_of(
                examine(batch.get_column("text"), column=f"{first} {_AS_IF_NAMED}"),
                first,
                "split over columns",
                batch.height,
            )
    return found
