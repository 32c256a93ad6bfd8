"""A site with one of everything that a page can show, on the real embedded backends."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

import portal.accounts.models
import portal.catalogue.models
import portal.ingest.models  # noqa: F401 - registers its tables
from portal.app import create_app
from portal.catalogue.commands import withdraw_dataset
from portal.catalogue.publication import Publication, PublishedPart
from portal.db import Base
from portal.kernel.columns import AbsentColumn, ColumnRule
from portal.kernel.digests import text_digest
from portal.kernel.text import Origin, Text, Wording
from portal.kernel.vocab import ColumnAction, UpdateCycle
from portal.settings import Settings
from portal.wiring import Parts, web_parts
from tests.builders import NOW, build_catalogue, build_link, build_part, build_publication, publish

ROWS = 120


@dataclass(frozen=True, slots=True)
class Site:
    """The application and the ids of its particular datasets."""

    app: Flask
    parts: Parts
    plain: str
    chinese_only: str
    machine: str
    stale: str
    many_parts: str
    two_versions: str
    late: str
    withdrawn: str

    def index(self) -> None:
        """Make the search index true."""
        self.parts.search.rebuild()


def build_site(var_dir: Path, *, datasets: int = 40, **changes: object) -> Site:
    """Publish `datasets` plain datasets and the particular ones; the index is true."""
    settings = replace(Settings(var_dir=var_dir, secret_key="00" * 32, is_sample=True, limit_factor=1000), **changes)  # type: ignore[arg-type]
    parts = web_parts(settings)
    parts.database.make_directory()
    Base.metadata.create_all(parts.database.engine)
    plain = build_catalogue(parts, datasets, rows=ROWS)
    particular = _publish_particular(parts)
    parts.search.rebuild()
    return Site(app=create_app(parts), parts=parts, plain=plain[0], chinese_only=plain[3], **particular)


def _publish_particular(parts: Parts) -> dict[str, str]:
    ids: dict[str, str] = {}
    with TemporaryDirectory() as folder, parts.database.transaction() as session:
        for number, (name, publication) in enumerate(_publications(parts, Path(folder)).items()):
            named = replace(publication, source_key=f"built:{name}")
            ids[name] = publish(session, named, now=NOW - timedelta(days=number)).dataset_id
        second = replace(
            build_publication(5_005, parts.store, Path(folder), rows=ROWS + 5), source_key="built:two_versions"
        )
        publish(session, second, now=NOW + timedelta(hours=1))
        withdraw_dataset(session, ids["withdrawn"], "closed_by_source", "tester", NOW)
    return ids


def _publications(parts: Parts, folder: Path) -> dict[str, Publication]:
    def build(number: int, **changes: object) -> Publication:
        return build_publication(number, parts.store, folder, rows=ROWS, **changes)

    zh = "公共自行车租赁点"
    machine = Wording("Public bicycle rental stations", Origin.MACHINE, text_digest(zh))
    stale = Wording("Public bicycle rental places", Origin.PERSON, text_digest("旧标题"))
    return {
        "machine": build(5_001, title=Text(Wording(zh), machine)),
        "stale": build(5_002, title=Text(Wording(zh), stale)),
        "many_parts": build(5_003, parts=(_part_with_absent_columns(parts, folder), build_link())),
        "two_versions": build(5_005),
        "late": build(5_006, update_cycle=UpdateCycle.DAILY, data_modified_at=NOW - timedelta(days=40)),
        "withdrawn": build(5_007),
    }


def _part_with_absent_columns(parts: Parts, folder: Path) -> PublishedPart:
    part = build_part(1, parts.store, folder, rows=ROWS)
    assert part.schema is not None
    described = tuple(
        replace(c, description=Text.of("说明文字", "What it means")) if i == 0 else c
        for i, c in enumerate(part.schema.columns)
    )
    schema = replace(
        part.schema,
        columns=described,
        absent=(AbsentColumn("身份证号", "column_sensitive_name"), AbsentColumn("", "column_secret")),
    )
    rules = (*part.rules, ColumnRule("身份证号", ColumnAction.DROP, "column_sensitive_name"))
    notes = [{"code": "footers_left_out", "subject": "", "count": 2}]
    quality = {"delivered_format": "csv", "encoding": "gb18030", "rows_lost": 2, "notes": notes}
    return replace(part, schema=schema, rules=rules, quality=quality)
