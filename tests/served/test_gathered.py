"""A district with every kind of source, and something planted in all that is dropped, held, refused, or fails: the gate's
scan over everything that two instances serve, store, write, carry and send afterwards finds none of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from portal.catalogue.purge import purge_outbox
from portal.ingest.conducting.running import RunReport, run_harvest
from portal.ingest.runs.schedules import set_schedule
from portal.ingest.sources import add_source, sign_mapping
from portal.kernel.principal import ANONYMOUS
from portal.kernel.text import Language
from portal.notify import Mailer, send_due_mail
from portal.participation.objections import file_objection, list_objections, reject_objection
from tests.gate.corpus.bench import LABELS, MAPPING
from tests.notify.server import Postbox, postbox
from tests.served.carried import carry, take_bundle_files
from tests.served.embedded import Site, embedded_site, logged
from tests.served.examining import Examination
from tests.served.planting import (
    BOOK_MAPPING,
    TABLES_MAPPING,
    Planted,
    break_drop,
    fill_book,
    fill_drop,
    fill_tables,
    move_profile,
)

SOURCES = ("drop", "broken", "front", "book")


@dataclass
class District:
    """The instance that harvested, what was planted, and the mail that it sent."""

    site: Site
    planted: Planted
    directory: Path
    box: Postbox
    runs: dict[str, RunReport]

    def dataset(self, key: str) -> str:
        with self.site.parts.database.reading() as session:
            return str(
                session.execute(text("SELECT id FROM dataset WHERE source_key = :key"), {"key": key}).scalar_one()
            )


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    directory, planted = tmp_path_factory.mktemp("district"), Planted()
    with (
        postbox() as box,
        embedded_site(
            directory, smtp_host="127.0.0.1", smtp_port=box.port, smtp_security="none", smtp_from="portal@example.cn"
        ) as site,
    ):
        _register(site, directory, planted)
        with logged() as lines:
            runs = {name: run_harvest(site.workshop, name) for name in SOURCES}
            move_profile(directory / "front.sqlite3", planted)
            runs["front again"] = run_harvest(site.workshop, "front")
            send_due_mail(site.workshop.database, Mailer(site.settings), datetime.now(UTC))
        site.log += lines.getvalue()
        site.parts.search.rebuild()
        made = District(site, planted, directory, box, runs)
        _act(made)
        yield made


def _register(site: Site, directory: Path, planted: Planted) -> None:
    drop, broken, book = directory / "drop", directory / "broken", directory / "book"
    drop.mkdir()
    fill_drop(drop, planted)
    break_drop(broken, planted)
    fill_book(book, planted)
    entries = fill_tables(directory / "front.sqlite3", planted)
    folder = {"labels": LABELS, "publisher_name": "区政务局"}
    now = datetime.now(UTC)
    with site.workshop.database.transaction() as session:
        for name, kind, configuration, mapping in (
            ("drop", "folder", folder | {"root": str(drop)}, MAPPING),
            ("broken", "folder", folder | {"root": str(broken)}, MAPPING),
            ("front", "tables", {"dialect": "sqlite", "path": str(directory / "front.sqlite3"), "tables": entries},
             TABLES_MAPPING),
            ("book", "workbook", {"root": str(book)}, BOOK_MAPPING),
        ):  # fmt: skip
            add_source(session, name, kind, configuration, replace=True, now=now)
            sign_mapping(session, name, mapping, "王签署", now)
            set_schedule(
                session, name, "30 2 * * *", notify=("open@example.gov.cn",), now=now, zone=ZoneInfo("Asia/Shanghai")
            )


def _act(district: District) -> None:
    """What people do afterwards, with planted values in their words, and what the command line answers."""
    site, planted = district.site, district.planted
    recalled, stops = district.dataset("drop:recalled"), district.dataset("front:jt_stop")
    words = f"含有{planted.identity('reason of a withdrawal')}，撤回"
    site.run("withdraw", recalled, "--reason", words, "--actor", "李清")
    words = f"第3行是{planted.mobile('reason of withdrawn rows')}的"
    site.run("withdraw", stops, "--rows", "name=站点3", "--reason", words, "--actor", "李清")
    now = datetime.now(UTC)
    with site.parts.database.transaction() as session:
        file_objection(
            session, ANONYMOUS, district.dataset("drop:clean"), ground="personal", language=Language.ZH, now=now,
            statement=f"我是{planted.identity('statement of an objection')}", contact=planted.mobile("contact of an objection"),
        )  # fmt: skip
    with site.parts.database.transaction() as session:
        reject_objection(session, list_objections(session)[0].id, person="王审核", answer="并非住址。", now=now)
    for command in (("held", "list"), ("mail", "list"), ("objection", "list"), ("harvest", "runs"), ("source", "list"),
                    ("read", str(district.directory / "drop")), ("source", "mapping", "show", "book"),
                    ("source", "check", "broken"), ("source", "check", "front"),
                    *(("harvest", "show", run.run_id) for run in district.runs.values())):  # fmt: skip
        site.run(*command, fails=True)
    site.parts.search.rebuild()


def test_the_district_has_what_it_is_to_prove(district: District) -> None:
    counts = {name: dict(run.counts) for name, run in district.runs.items()}
    assert district.runs["broken"].state != "done"
    with district.site.parts.database.reading() as session:
        states = {
            str(row.source_key): row.state for row in session.execute(text("SELECT source_key, state FROM dataset"))
        }
    assert states["drop:recalled"] == "withdrawn"
    assert {"drop:clean", "front:jt_stop", "book:230100/0001"} <= {k for k, s in states.items() if s == "published"}, (
        counts
    )
    assert district.runs["front again"].counts.get("hold") == 1, counts
    assert len(district.planted.traces) > 100
    assert len(district.box.messages) >= 4


def test_nothing_planted_is_served_stored_or_written(district: District, own: frozenset[str]) -> None:
    traces = (*district.planted.traces, *_secrets(district.site))
    leaks = district.site.examine(own, traces=traces, queries=("便民", "名单"))
    assert leaks == [], leaks
    assert district.site.counts["answers"] > 300
    assert district.site.unasked <= {"static"}


def test_no_mail_tells_what_was_planted(district: District, own: frozenset[str]) -> None:
    examination = Examination(own=own, traces=(*district.planted.traces, *_secrets(district.site)))
    for number, message in enumerate(district.box.messages):
        examination.take_text(f"mail {number}", "\n".join([*map(str, message.values()), message.get_content()]))
    assert [leak for leak in examination.finish() if leak.rule != "email_address"] == []


def test_a_bundle_and_the_instance_outside_tell_nothing_either(
    district: District, own: frozenset[str], tmp_path: Path
) -> None:
    traces = (*district.planted.traces, *_secrets(district.site))
    bundle, key = carry(district.site, tmp_path)
    examination = Examination(own=own, traces=traces)
    assert take_bundle_files(examination, bundle) > 5
    assert examination.finish() == []
    with embedded_site(tmp_path / "outside", secret_key="22" * 32) as outside:
        key.take(outside, bundle)
        purge_outbox(outside.parts.database, outside.parts.store, datetime.now(UTC))
        outside.parts.search.rebuild()
        assert outside.examine(own, traces=traces, queries=("便民", "名单")) == []
        assert outside.counts["answers"] > 200


def _secrets(site: Site) -> tuple[str, ...]:
    """Keys of the portal, which are nobody's to read either."""
    files = [path for path in site.settings.effective_secrets_dir.rglob("*") if path.is_file()]
    return (site.settings.secret_key, site.settings.quarantine_key, *(path.read_text().strip() for path in files))
