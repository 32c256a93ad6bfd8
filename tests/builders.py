"""Valid catalogues of any size, made through the real gate and the real door to publishing.

`build_catalogue(parts, 50)` in a test; `python -m tests.builders --var DIR --datasets 500` for a look at the site. Content
is deterministic: the same number gives the same dataset. Tables are small and shared by content, so that ten thousand
datasets take under a minute.
"""

import argparse
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy.orm import Session

from portal.catalogue.commands import Published, publish_dataset, record_verdict
from portal.catalogue.publication import (
    Publication,
    PublishedPart,
    PublisherRecord,
    digest_data,
    digest_page,
    page_texts,
)
from portal.db import Database
from portal.gate import GATE_VERSION, Admitted, Case, JudgedPart, judge
from portal.kernel.columns import Column, ColumnRule, TableSchema
from portal.kernel.declaration import Declaration, DeclaredColumn
from portal.kernel.digests import file_digest
from portal.kernel.findings import Findings
from portal.kernel.text import Language, Text
from portal.kernel.vocab import ColumnAction, ColumnType, DataClass, Openness, PartKind, UpdateCycle
from portal.storage import BlobStore, blob_key

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)

DEPARTMENTS = (
    ("区教育局", "District Education Bureau"),
    ("区卫生健康局", "District Health Bureau"),
    ("区交通运输局", "District Transport Bureau"),
    ("区生态环境局", "District Ecology and Environment Bureau"),
    ("区住房和城乡建设局", "District Housing and Construction Bureau"),
    ("区财政局", "District Finance Bureau"),
    ("区市场监督管理局", "District Market Regulation Bureau"),
    ("区人力资源和社会保障局", "District Human Resources and Social Security Bureau"),
    ("区文化和旅游局", "District Culture and Tourism Bureau"),
    ("区气象局", "District Meteorological Bureau"),
    ("区应急管理局", "District Emergency Management Bureau"),
    ("区农业农村局", "District Agriculture Bureau"),
)
# department, theme, Chinese subject, English subject
SUBJECTS = (
    (0, "education", "中小学校名录", "Primary and secondary schools"),
    (0, "education", "幼儿园招生计划", "Kindergarten enrolment plan"),
    (1, "health", "医疗机构信息", "Medical institutions"),
    (1, "health", "疫苗接种门诊", "Vaccination clinics"),
    (2, "transport", "停车场信息", "Car parks"),
    (2, "transport", "公交线路站点", "Bus routes and stops"),
    (3, "environment", "空气质量日报", "Daily air quality"),
    (3, "environment", "河道水质监测", "River water quality"),
    (4, "housing", "在建工程项目", "Construction projects"),
    (5, "finance", "部门预算公开", "Departmental budgets"),
    (6, "business", "企业登记统计", "Enterprise registrations"),
    (6, "food", "食品抽检结果", "Food inspection results"),
    (7, "employment", "公共就业服务点", "Employment service points"),
    (8, "culture", "公共图书馆藏书", "Public library holdings"),
    (8, "culture", "文物保护单位", "Protected cultural sites"),
    (9, "weather", "自动气象站观测", "Weather station observations"),
    (10, "safety", "应急避难场所", "Emergency shelters"),
    (11, "agriculture", "农产品批发价格", "Wholesale farm prices"),
)
STREETS = (
    ("临江街道", "Linjiang Subdistrict"),
    ("东湖街道", "Donghu Subdistrict"),
    ("西山街道", "Xishan Subdistrict"),
    ("北关街道", "Beiguan Subdistrict"),
    ("南桥镇", "Nanqiao Town"),
    ("青松镇", "Qingsong Town"),
)
CYCLES = (UpdateCycle.DAILY, UpdateCycle.MONTHLY, UpdateCycle.QUARTERLY, UpdateCycle.YEARLY, UpdateCycle.IRREGULAR)
_COLUMNS = (
    ("名称", "Name", ColumnType.TEXT),
    ("街道", "Subdistrict", ColumnType.TEXT),
    ("编号", "Code", ColumnType.TEXT),
    ("数量", "Count", ColumnType.INTEGER),
    ("面积", "Area in square metres", ColumnType.NUMBER),
    ("更新日期", "Updated on", ColumnType.DATE),
)
_VARIANTS = 24


class Holder(Protocol):
    """What a catalogue is built into: `portal.wiring.Parts`, or anything with these two."""

    @property
    def database(self) -> Database: ...
    @property
    def store(self) -> BlobStore: ...


def build_catalogue(parts: Holder, n: int, *, rows: int = 40, first: int = 0, now: datetime = NOW) -> tuple[str, ...]:
    """Publish datasets number `first` … `first + n - 1`; their ids, in that order."""
    ids: list[str] = []
    with TemporaryDirectory() as folder:
        for start, count in _steps(n, 250):
            numbers = range(first + start, first + start + count)
            publications = [build_publication(i, parts.store, Path(folder), rows=rows) for i in numbers]
            with parts.database.transaction() as session:
                ids += [publish(session, p, now=now).dataset_id for p in publications]
    return tuple(ids)


def build_publication(number: int, store: BlobStore, folder: Path, *, rows: int = 40, **changes: Any) -> Publication:
    """The publication of dataset `number`, its table stored; `changes` override fields by name."""
    part = build_part(number % _VARIANTS, store, folder, rows=rows)
    return replace(_page(number, (part,)), **changes)


def build_part(variant: int, store: BlobStore, folder: Path, *, rows: int = 40, slug: str = "data") -> PublishedPart:
    """A table of `rows` rows in the store; equal arguments give equal bytes."""
    path = folder / f"{variant}-{rows}.parquet"
    table = _table(variant, rows)
    if not path.exists():
        pq.write_table(table, path, row_group_size=32_768)
    sha256, size = _stored(path)
    key = blob_key("tables", sha256, "parquet")
    store.put_file(key, path)
    return PublishedPart(
        slug=slug,
        kind=PartKind.TABLE,
        name=Text.of("数据表", "Table"),
        format="csv",
        media_type="application/vnd.apache.parquet",
        languages=("zh",),
        rules=tuple(ColumnRule(name, ColumnAction.PUBLISH, "column_open") for name, _, _ in _COLUMNS),
        schema=_schema(),
        preview=tuple(_json_row(row) for row in table.slice(0, 20).to_pylist()),
        row_count=rows,
        size_bytes=size,
        sha256=sha256,
        blob_key=key,
    )


def build_link(slug: str = "elsewhere", url: str = "https://example.org/data.csv") -> PublishedPart:
    """A distribution that lies elsewhere and was not checked."""
    return PublishedPart(slug=slug, kind=PartKind.LINK, name=Text.of("链接", "Link"), format="csv", url=url)


def admit(publication: Publication, **changes: Any) -> Admitted:
    """What the gate answers about the publication when everything is declared open and inspected; raises when it holds."""
    verdict = judge(build_case(publication, **changes))
    if not isinstance(verdict, Admitted):
        raise AssertionError(f"the gate did not admit the built publication: {verdict}")
    return verdict


def build_case(publication: Publication, **changes: Any) -> Case:
    """A case with clean findings about exactly this publication."""
    page_digest = digest_page(publication)
    case = Case(
        data_digest=digest_data(publication.parts),
        page_digest=page_digest,
        declaration=build_declaration(publication),
        parts=tuple(_judged(part) for part in publication.parts),
        page_findings=_clean(page_digest, len(dict(page_texts(publication))), ()),
    )
    return replace(case, **changes)


def build_declaration(publication: Publication, **changes: Any) -> Declaration:
    """The department opens the resource and each of its columns, under a signed mapping."""
    names = dict.fromkeys(rule.name for part in publication.parts for rule in part.rules)
    declaration = Declaration(
        openness=publication.openness,
        open_condition=publication.open_condition,
        columns=tuple(DeclaredColumn(name, openness=Openness.UNCONDITIONAL) for name in names),
        is_secret=False,
        grade=DataClass.GENERAL,
        basis=publication.basis,
        owner=publication.owner,
        approver=publication.approver,
        mapping_signed_by="张三",
        data_class=publication.data_class,
        links="metadata",
    )
    return replace(declaration, **changes)


def publish(session: Session, publication: Publication, *, now: datetime = NOW) -> Published:
    """Judge the publication, keep the verdict, publish."""
    admitted = admit(publication)
    verdict_id = record_verdict(session, publication.source_key, admitted, GATE_VERSION, now)
    return publish_dataset(session, admitted, publication, verdict_id, now)


def _page(number: int, parts: tuple[PublishedPart, ...]) -> Publication:
    department, theme, subject, english = SUBJECTS[number % len(SUBJECTS)]
    street, street_en = STREETS[number // len(SUBJECTS) % len(STREETS)]
    year = 2010 + number // (len(SUBJECTS) * len(STREETS)) % 16
    batch = number // (len(SUBJECTS) * len(STREETS) * 16)
    suffix, suffix_en = (f"第{batch + 1}批", f", batch {batch + 1}") if batch else ("", "")
    bureau, bureau_en = DEPARTMENTS[department]
    has_english = number % 4 != 3  # one in four has no English, so that fallbacks are seen
    return Publication(
        source_key=f"built:{number:06d}",
        publisher=PublisherRecord(bureau, Text.of(bureau, bureau_en)),
        title=Text.of(
            f"{street}{subject}（{year}年）{suffix}",
            f"{english}, {street_en}, {year}{suffix_en}" if has_english else None,
        ),
        description=Text.of(
            f"{year}年{street}辖区内{subject}，由{bureau}汇总发布，含名称、编号、数量与更新日期。",
            f"{english} in {street_en} in {year}, compiled by the {bureau_en}." if has_english else None,
        ),
        keywords={Language.ZH: (subject, street), **({Language.EN: (english,)} if has_english else {})},
        themes=(theme,) if number % 5 else (theme, "government"),
        openness=Openness.UNCONDITIONAL,
        owner=bureau,
        approver="区政务服务和数据管理局",
        basis="《公共数据资源登记管理暂行办法》",
        data_class="公共数据",
        grade=DataClass.GENERAL,
        resource_code=f"3301{department:02d}/{number:06d}",
        update_cycle=CYCLES[number % len(CYCLES)],
        licence="开放数据共用许可",
        data_modified_at=NOW - timedelta(hours=number % 20_000),
        parts=parts,
        provenance={"source": "built", "record_id": f"{number:06d}", "raw_sha256": hashlib.sha256(b"").hexdigest()},
    )


def _table(variant: int, rows: int) -> pa.Table:
    subject = SUBJECTS[variant % len(SUBJECTS)][2]
    streets = [STREETS[i % len(STREETS)][0] for i in range(rows)]
    return pa.table(
        {
            "名称": [f"{streets[i]}{subject}{i + 1}号" for i in range(rows)],
            "街道": streets,
            "编号": [f"{variant:03d}{i:05d}" for i in range(rows)],
            "数量": [(i * 37 + variant) % 900 for i in range(rows)],
            "面积": [round(((i * 7_919 + variant) % 100_000) / 10, 1) for i in range(rows)],
            "更新日期": [date(2026, 1, 1) + timedelta(days=(i + variant) % 300) for i in range(rows)],
        }
    )


@cache
def _schema() -> TableSchema:
    return TableSchema(
        tuple(Column(name, type_, Text.of(name, english), Text(), name) for name, english, type_ in _COLUMNS)
    )


def _stored(path: Path) -> tuple[str, int]:
    return file_digest(path), path.stat().st_size


def _json_row(row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(value.isoformat() if isinstance(value, date) else value for value in row.values())


def _judged(part: PublishedPart) -> JudgedPart:
    is_link = part.kind is PartKind.LINK
    columns = tuple(rule.name for rule in part.rules if rule.action is not ColumnAction.DROP)
    findings = None if is_link else _clean(part.content_digest, part.row_count or 0, columns)
    return JudgedPart(part.slug, part.kind, part.content_digest, part.rules, findings)


def _clean(digest: str, rows: int, columns: tuple[str, ...]) -> Findings:
    return Findings(
        digest=digest, scanner_version="built", rows_scanned=rows, rows_present=rows, columns=columns, findings=()
    )


def _steps(total: int, step: int) -> Iterator[tuple[int, int]]:
    for first in range(0, total, step):
        yield first, min(step, total - first)


def main() -> None:
    """Fill a catalogue for a look at the site."""
    from portal.db.migrating import migrate
    from portal.settings import Settings
    from portal.storage import open_store

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--var", type=Path, required=True, help="directory of the portal (PORTAL_VAR_DIR)")
    parser.add_argument("--datasets", type=int, default=100)
    parser.add_argument("--rows", type=int, default=40)
    arguments = parser.parse_args()
    settings = Settings(var_dir=arguments.var.resolve())
    holder = Built(Database(settings.effective_database_url), open_store(settings))
    migrate(holder.database)
    for first, count in _steps(arguments.datasets, 1_000):
        build_catalogue(holder, count, rows=arguments.rows, first=first)
        print(f"{first + count} of {arguments.datasets} datasets", flush=True)


class Built:
    """A database and a store side by side."""

    def __init__(self, database: Database, store: BlobStore) -> None:
        self.database = database
        self.store = store


if __name__ == "__main__":
    main()
