"""Words and numbers that stand beside the data and pass no gate: reasons, names in counts, hashes, logs."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from datetime import UTC, datetime

import pytest
import structlog
from sqlalchemy import insert, text

from portal.catalogue.errors import Buried
from portal.catalogue.models import DepartmentCoverage
from portal.catalogue.queries import get_dataset
from portal.catalogue.views import Ref
from portal.catalogue.withdrawal import withdraw_dataset
from portal.db import Database
from portal.ingest.listings.coverage import count_coverage
from portal.ingest.models import Source, SourceRecord
from portal.inspect import tellable
from portal.kernel.digests import text_digest
from portal.kernel.principal import ANONYMOUS
from portal.logs import set_up_logs
from tests.ingest.conftest import Bench

_IDENTITY, _MOBILE, _NOW = "349901199003071238", "13900001234", datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("数据有误，撤回", "数据有误，撤回"),
        (f"含{_IDENTITY}，撤回", "含…，撤回"),
        (f"请联系{_MOBILE[:3]} {_MOBILE[3:7]} {_MOBILE[7:]}", "请联系…"),
        ("".join(chr(ord(sign) + 0xFEE0) for sign in _IDENTITY), "…"),
        ("按第20260601号文撤回 2026-06-01", "按第20260601号文撤回 2026-06-01"),
        ("一三九〇〇〇〇一二三四要求撤回", "not shown"),
    ],
)
def test_words_lose_the_numbers_of_people_and_nothing_else(said: str, told: str) -> None:
    assert tellable(said, "not shown") == told


def test_a_careless_reason_takes_a_dataset_back_and_is_not_shown(make_harvested: Callable[..., Bench]) -> None:
    bench = make_harvested(3)
    dataset_id = bench.scalar("SELECT id FROM dataset WHERE state = 'published' LIMIT 1")
    with bench.database.transaction() as session:
        withdraw_dataset(session, dataset_id, f"含{_IDENTITY}", "李清", _NOW)
    with bench.database.reading() as session, pytest.raises(Buried) as buried:
        get_dataset(session, ANONYMOUS, Ref(dataset_id))
    kept = [str(bench.rows(f"SELECT * FROM {table}")) for table in ("dataset", "tombstone", "outbox")]
    assert "含…" in str(buried.value)
    assert _IDENTITY not in str(buried.value) + str(kept)


def test_a_department_with_a_telephone_in_its_name_is_counted_without_a_name(database: Database) -> None:
    names = ("公安局", f"公安局（{_MOBILE}）", f"卫健局 {_IDENTITY}")
    with database.transaction() as session:
        session.execute(insert(Source), [_source()])
        session.execute(
            insert(SourceRecord),
            [_record(number, name) for number, name in enumerate([*names, names[0]])],
        )
    with database.transaction() as session:
        count_coverage(session, _NOW)
    with database.reading() as session:
        query = f"SELECT department, names, resources FROM {DepartmentCoverage.__tablename__} ORDER BY department"
        counted = [(row.department, json.loads(row.names), row.resources) for row in session.execute(text(query))]
    assert counted == [("", {}, 2), ("公安局", {"zh": "公安局"}, 2)]


def _source() -> dict[str, object]:
    return {"name": "book", "kind": "workbook", "config": {}, "secret_name": "", "created_at": _NOW}


def _record(number: int, department: str) -> dict[str, object]:
    return {
        "source_name": "book", "record_id": str(number), "settled_at": _NOW, "raw_sha256": "", "department": department,
        "department_names": {"zh": department}, "code_digest": f"{number}", "is_missing": False, "fingerprint": "",
        "action": "create", "seen_run_id": "",
    }  # fmt: skip


def test_no_guess_about_a_record_is_confirmed_by_its_public_hash(make_harvested: Callable[..., Bench]) -> None:
    """A record holds a contact's number or a closed column beside what is public: a plain hash would be tried out."""
    bench = make_harvested(3)
    inside = {row.raw_sha256 for row in bench.rows("SELECT raw_sha256 FROM source_record")}
    public = {json.loads(row.provenance)["raw_sha256"] for row in bench.rows("SELECT provenance FROM version")}
    assert public
    assert not public & (inside | {text_digest(digest) for digest in inside})


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    written = io.StringIO()
    with redirect_stderr(written):
        set_up_logs("INFO")
        yield written
    logging.getLogger().handlers.clear()
    structlog.reset_defaults()


def test_a_log_keeps_no_value_that_an_error_or_an_address_quotes(lines: io.StringIO) -> None:
    log = structlog.get_logger()
    try:
        raise ValueError(f'invalid input syntax for type integer: "{_IDENTITY}"')
    except ValueError as error:
        log.exception("duty_failed", duty="rows")
        log.error("request_failed", path=f"/zh/dataset/{_IDENTITY}", request_id="1234567890123456", error=str(error))
        logging.getLogger("waitress").exception("Key (mail)=(li.qing@mail.cn) %s", _MOBILE)
    told = lines.getvalue()
    assert told.count("…") >= 6
    assert "Traceback" in told
    assert "1234567890123456" in told
    assert [value for value in (_IDENTITY, _MOBILE, "li.qing") if value in told] == []
