"""What is not public lies in the quarantine alone: no row of any table, no report and no log holds a value of it."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from portal.ingest.conducting import conductor
from portal.ingest.errors import CannotReview
from portal.ingest.review.held import list_held
from portal.ingest.review.releasing import release_held
from portal.kernel.masking import masked
from tests.ingest.conftest import Bench
from tests.ingest.test_increments import first_published

_PERSONAL = ("349901198001011231", "13900001234", "望岳小区3幢", "zhang@example.org")
_PLANTED = re.compile(r"349901\d{11}[\dXx]|1390000\d{4}|望岳小区\d+幢|zhang@example\.org")
_HELD = ("MZJ-0921", "CGJ-0921", "ZJJ-0921", "YJJ-0921", "JYJ-0921", "RSJ-0911")


def stored(bench: Bench) -> Iterator[tuple[str, str]]:
    """(table, all its rows as text)."""
    metadata = MetaData()
    with bench.database.reading() as session:
        metadata.reflect(session.connection())
        for table in metadata.sorted_tables:
            yield table.name, "\n".join(str(tuple(row)) for row in session.execute(select(table)))


def leaks(bench: Bench) -> dict[str, list[str]]:
    return {name: found for name, text in stored(bench) if (found := _PLANTED.findall(text))}


def keep_only(bench: Bench, *record_ids: str) -> None:
    others = [i for i in bench.sample.control("resources")["ids"] if i not in record_ids]
    bench.sample.control("remove", resources=others)


def test_rows_of_held_records_are_in_no_table(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(resources=0, big_rows=10)
    keep_only(bench, *_HELD)
    report = bench.run()
    assert report.counts["hold"] >= 4
    assert leaks(bench) == {}


@pytest.mark.parametrize("where", ["name", "abstract"])
def test_words_of_a_held_page_are_in_no_table(make_bench: Callable[..., Bench], where: str) -> None:
    bench = make_bench(resources=2)
    record_id = bench.sample.control("resources")["ids"][0]
    bench.sample.control("edit", resource=record_id, set={where: f"联系人电话 {_PERSONAL[1]} 证件 {_PERSONAL[0]}"})
    report = bench.run()
    assert bench.action_of(report.run_id, record_id) == "hold"
    assert leaks(bench) == {}
    with bench.database.reading() as session:
        assert [item.record_id for item in list_held(session)] == [record_id]


def test_a_column_whose_name_is_a_value_is_in_no_table(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(resources=2)
    bench.run()
    record_id = first_published(bench)
    bench.sample.control("columns", resource=record_id, add=list(_PERSONAL))
    report = bench.run()
    assert bench.action_of(report.run_id, record_id) == "hold"
    assert bench.versions_of(record_id) == 1
    assert leaks(bench) == {}


def test_an_error_that_quotes_a_value_is_noted_without_it(
    make_bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    bench = make_bench(resources=2)

    def fails(*_: object, **__: object) -> None:
        raise ValueError(f"could not convert {' '.join(_PERSONAL)}")

    monkeypatch.setattr(conductor, "prepare_part", fails)
    report = bench.run()
    assert report.counts["skip"] == 2
    assert bench.reasons_of(report.run_id, bench.sample.control("resources")["ids"][0]) == ["internal_error"]
    assert leaks(bench) == {}
    written = capfd.readouterr()
    assert _PLANTED.findall(written.out + written.err) == []
    assert "record_failed" in written.out + written.err


def test_a_held_record_whose_quarantine_is_gone_says_so(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(resources=0, big_rows=10)
    keep_only(bench, "CGJ-0921")
    bench.run()
    with bench.database.reading() as session:
        held = list_held(session)[0]
    assert held.tables[0][2]  # columns are told without opening the quarantine
    for path in Path(bench.settings.var_dir).rglob("*.sealed"):
        path.unlink()
    with pytest.raises(CannotReview, match="90 days"):
        release_held(bench.workshop, held.id, "赵审核", "核对无误")


def test_what_a_held_row_holds_is_a_hash_and_names(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(resources=0, big_rows=10)
    keep_only(bench, "CGJ-0921")
    bench.run()
    staged = json.loads(bench.scalar("SELECT staged FROM held_record"))
    assert sorted(staged) == ["sha256", "tables"]
    assert re.fullmatch("[0-9a-f]{64}", staged["sha256"])


@pytest.mark.parametrize(
    "value", (*_PERSONAL[:2], "３４９９０１１９８００１０１１２３１", "139 0000 1234", _PERSONAL[3])
)
def test_masking_takes_what_could_be_a_value_of_a_person(value: str) -> None:
    assert value not in masked(f"row 7: {value} is not a number")


def test_masking_leaves_counts_days_and_addresses_of_hosts() -> None:
    said = "http://127.0.0.1:49107/rows answered 503 on 2024-01-01 10:00:00; 1,000,000 rows were stated"
    assert masked(said) == said
