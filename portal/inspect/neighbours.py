"""What only several columns together give away: a person's name beside a telephone, a person's name beside a home."""

import re
from typing import Final

import polars as pl

from portal.gate import names_person
from portal.inspect import patterns
from portal.kernel.findings import Finding

_PHONE_NAME: Final = re.compile(r"电话|電話|联系方式|聯絡方式|\btel|phone|lxdh|lxfs", re.IGNORECASE)
_ORGANISATION_NAME: Final = re.compile(
    r"企业|公司|单位|机构|機構|机关|组织|法人|部门|学校|學校|医院|店|场所|项目|信用代码|相对人|许可|处罚|团体|團體"
    r"|company|organi[sz]ation|enterprise|school|hospital|xdr",
    re.IGNORECASE,
)
_MOST_COLUMNS: Final = 8


def find_neighbours(frame: pl.LazyFrame, texts: tuple[str, ...]) -> list[Finding]:
    """Findings that need the whole row. `texts`: the text columns of the table.

    A name beside a telephone counts where both are in one row and the telephone is not masked; the column named is that
    of the telephone. A home is a flat beside a person in a table that lists no organisations; named is the address.
    """
    persons = [name for name in texts if names_person(name)][:_MOST_COLUMNS]
    if not persons:
        return []
    rest = [name for name in texts if name not in persons]
    checks: dict[tuple[str, str], pl.Expr] = {
        ("name_beside_phone", name): pl.col(name).str.contains(patterns.PHONE)
        for name in [name for name in rest if _PHONE_NAME.search(name)][:_MOST_COLUMNS]
    }
    if not any(_ORGANISATION_NAME.search(name) for name in texts):
        checks |= {("home_address", name): pl.col(name).str.contains(patterns.FLAT) for name in rest}
    if not checks:
        return []
    is_person = pl.any_horizontal(_is_person(name) for name in persons)
    counts = frame.select(
        *((is_person & check).sum().alias(str(i)) for i, check in enumerate(checks.values())),
        *((pl.col(name) != "").sum().alias(f"filled {i}") for i, (_, name) in enumerate(checks)),
    ).collect(engine="streaming")
    row = counts.row(0, named=True)
    return [
        Finding(rule, name, "cell", row[str(i)], row[str(i)] / max(1, row[f"filled {i}"]))
        for i, (rule, name) in enumerate(checks)
        if row[str(i)]
    ]


def _is_person(name: str) -> pl.Expr:
    text = pl.col(name)
    return text.str.contains(patterns.PERSON) & ~text.str.contains(patterns.NO_PERSON)
