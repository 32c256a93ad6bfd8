"""What only a whole row gives away: a person beside a telephone, a home, a birth, a masked identity number, a situation."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

import polars as pl

from portal.gate import names_person
from portal.gate.rules import (
    home_address,
    name_beside_birth,
    name_beside_masked_identity,
    name_beside_phone,
    vulnerable_person,
)
from portal.gate.rules.scripts import in_both_scripts, name_pattern
from portal.inspect.readings import DISGUISED, read_loose
from portal.kernel.findings import Finding

_PHONE_NAME: Final = name_pattern(r"电话|電話|联系方式|聯絡方式|\btel|phone|lxdh|lxfs")
_BIRTH_NAME: Final = name_pattern(r"出生|生日|birth|csrq|csny|\bdob\b")
ORGANISATION_NAME: Final = name_pattern(
    r"企业|企業|公司|单位|單位|机构|機構|机关|组织|法人|部门|学校名|學校名|院校|医院|店|场所|项目|信用代码|相对人|许可|处罚|团体|團體|商户|经营|字号"
    r"|company|organi[sz]ation|enterprise|school|hospital|xdr"
)
_HOLDER_NAME: Final = name_pattern(
    r"姓名|^(?:户主|患者|学生|学员|儿童|申请人|受助人|救助对象|残疾人|老人|当事人|被执行人|车主|人员|名字|孩子)(?:姓名|名称|名)?$|^xm$|xingming|full\s*name|person\s*name|^name$"
)
_NO_HOLDER: Final = name_pattern(
    r"法定代表|法人|负责人|联系人|经办|校长|院长|园长|局长|主任|作者|教师|医师|律师|执法|监督"
)
_PERSON: Final = r"^\s*(?:[\p{Han}]{2,4}|[\p{Han}]{1,2}[某*＊×xX○]{1,2}[\p{Han}]?)(?:·[\p{Han}]{1,8})?\s*$"
"""A Chinese name, perhaps with a sign for what is left out (张某某)."""
_MASKED: Final = f"{name_beside_masked_identity.MASKED}|(?:^|[^0-9]){name_beside_masked_identity.MASKED_MOBILE}"
_HOME: Final = in_both_scripts(f"{home_address.FLAT}|{home_address.DOOR_IN_TEXT}")
_BORN: Final = in_both_scripts(name_beside_birth.BORN)
_GROUP: Final = in_both_scripts(vulnerable_person.GROUP)
_ORGANISATION: Final = in_both_scripts(vulnerable_person.ORGANISATION)
_ORGANISED: Final = in_both_scripts(vulnerable_person.ORGANISED)
_NO_PERSON: Final = in_both_scripts(home_address.NO_PERSON)
_PERSON_ROW: Final = "\x00person"
_HOLDER_ROW: Final = "\x00holder"
_ROWS_AT_ONCE: Final = 50_000
_MOST_COLUMNS: Final = 8
_MOST_TEXTS: Final = 64

Check = tuple[str, str]
"""Rule and the column that a finding names."""


def find_in_rows(frame: pl.LazyFrame, schema: Mapping[str, pl.DataType]) -> list[Finding]:
    """Findings that need a person and something else in one row; named is the column of the something else."""
    texts = tuple(name for name, dtype in schema.items() if dtype == pl.String)
    persons = tuple(name for name in texts if names_person(name) or is_holder(name))[:_MOST_COLUMNS]
    if not persons:
        return []
    holders = tuple(name for name in persons if is_holder(name))
    rest = tuple(name for name in texts if name not in persons)[:_MOST_TEXTS]
    checks = _of_persons(schema, rest, persons)
    if holders:
        checks |= _of_holders(schema, rest, holders)
    if not checks:
        return []
    counts = frame.select(
        *(check.fill_null(value=False).sum().alias(str(i)) for i, check in enumerate(checks.values())),
        *(pl.col(name).is_not_null().sum().alias(f"filled {i}") for i, (_, name) in enumerate(checks)),
    ).collect(engine="streaming")
    row = counts.row(0, named=True)
    plain = [
        Finding(rule, name, "cell", row[str(i)], min(1.0, row[str(i)] / max(1, row[f"filled {i}"])))
        for i, (rule, name) in enumerate(checks)
        if row[str(i)]
    ]
    told = {(finding.rule, finding.column) for finding in plain}
    return plain + [f for f in _find_disguised(frame, rest, persons, holders, schema) if (f.rule, f.column) not in told]


def _find_disguised(
    frame: pl.LazyFrame,
    rest: tuple[str, ...],
    persons: tuple[str, ...],
    holders: tuple[str, ...],
    schema: Mapping[str, pl.DataType],
) -> list[Finding]:
    """The same in cells that are not written plainly, as their readings tell."""
    if not rest:
        return []
    odd = [pl.when(pl.col(name).str.contains(DISGUISED)).then(pl.col(name)).alias(name) for name in rest]
    who = [pl.any_horizontal(_is_person(name) for name in persons).alias(_PERSON_ROW)]
    who.append(
        (pl.any_horizontal(_is_person(n) for n in holders) if holders else pl.lit(value=False)).alias(_HOLDER_ROW)
    )
    chosen = frame.select(*odd, *who).filter(
        pl.col(_PERSON_ROW) & pl.any_horizontal(pl.col(n).is_not_null() for n in rest)
    )
    has_organisation = any(ORGANISATION_NAME.search(name) for name in schema)
    found: Counter[Check] = Counter()
    for batch in chosen.collect_batches(chunk_size=_ROWS_AT_ONCE):
        for name in rest:
            cells = batch.select(text=name, is_holder=_HOLDER_ROW).drop_nulls("text")
            if cells.height:
                readings = read_loose(cells.get_column("text"))
                held = readings.join(cells.with_row_index("cell").filter("is_holder"), on="cell", how="semi")
                for rule, check in _on_text(pl.col("text"), is_organised=has_organisation).items():
                    of = readings if rule == "home_address" else held
                    found[rule, name] += of.filter(check).get_column("cell").n_unique()
    return [Finding(rule, name, "cell", count) for (rule, name), count in found.items() if count]


def _on_text(text: pl.Expr, *, is_organised: bool) -> dict[str, pl.Expr]:
    """What a cell beside a holder's name may say, by rule."""
    checks = {
        "name_beside_masked_identity": text.str.contains(_MASKED),
        "name_beside_birth": text.str.contains(_BORN) & text.str.contains(name_beside_birth.DAY),
        "vulnerable_person": text.str.contains(_GROUP) & text.str.replace_all(_ORGANISED, " ").str.contains(_GROUP),
    }
    return checks if is_organised else checks | {"home_address": text.str.contains(_HOME)}


def is_holder(name: str) -> bool:
    """Whether a column holds the names of those whom the table is about, and not of heads or contacts."""
    return bool(_HOLDER_NAME.search(name)) and not _NO_HOLDER.search(name)


def _of_persons(
    schema: Mapping[str, pl.DataType], rest: tuple[str, ...], persons: tuple[str, ...]
) -> dict[Check, pl.Expr]:
    is_person = pl.any_horizontal(_is_person(name) for name in persons)
    checks: dict[Check, pl.Expr] = {
        ("name_beside_phone", name): is_person & pl.col(name).str.contains(name_beside_phone.PHONE)
        for name in [name for name in rest if _PHONE_NAME.search(name)][:_MOST_COLUMNS]
    }
    for name, dtype in schema.items():
        if _BIRTH_NAME.search(name) and name not in persons and dtype.is_temporal():
            checks["name_beside_birth", name] = is_person & pl.col(name).is_not_null()
        elif _BIRTH_NAME.search(name) and name in rest:
            checks["name_beside_birth", name] = is_person & pl.col(name).str.contains("[0-9]{4}")
    if not any(ORGANISATION_NAME.search(name) for name in schema):
        checks |= {("home_address", name): is_person & pl.col(name).str.contains(_HOME) for name in rest}
    return checks


def _of_holders(
    schema: Mapping[str, pl.DataType], rest: tuple[str, ...], holders: tuple[str, ...]
) -> dict[Check, pl.Expr]:
    is_holder_row = pl.any_horizontal(_is_person(name) for name in holders)
    checks: dict[Check, pl.Expr] = {
        (rule, name): is_holder_row & check
        for name in rest
        for rule, check in _on_text(pl.col(name), is_organised=True).items()
    }
    for name in [*rest, *holders, *(n for n, dtype in schema.items() if dtype.is_numeric() or dtype.is_temporal())]:
        if re.search(_GROUP, name) and not re.search(_ORGANISATION, name):
            checks["vulnerable_person", name] = is_holder_row & pl.col(name).is_not_null()
    return checks


def _is_person(name: str) -> pl.Expr:
    text = pl.col(name)
    return text.str.contains(_PERSON) & ~text.str.contains(_NO_PERSON)
