"""A signed mapping's orders about rows and tables, all the way from the platform to the catalogue."""

from collections.abc import Callable
from datetime import UTC, datetime

from portal.gate import plan_columns
from portal.ingest.preparing.projecting import ends_of
from portal.ingest.row_keeping import RowKeeping
from portal.kernel.columns import Column
from portal.kernel.declaration import Declaration, RowEnds
from portal.kernel.text import Text
from portal.kernel.vocab import ColumnType, Openness
from tests.ingest.conftest import Bench

ENDS = Declaration(Openness.UNCONDITIONAL, (), row_ends=RowEnds("公示截止 日期"))


def column(name: str, title: str = "", source: str = "") -> Column:
    return Column(name, ColumnType.DATE, Text.of(zh=title or name), Text(), source or name)


def test_the_column_that_ends_rows_is_found_by_name_title_and_what_the_department_wrote() -> None:
    for found in (column("公示截止日期"), column("gsjzrq", "公示截止日期"), column("c3", "止", "公示截止日期")):
        ends, name = ends_of(ENDS, (column("编号"), found))
        assert ends is not None
        assert (ends.column, name) == (found.name, found.name)
    assert ends_of(ENDS, (column("编号"),)) == (None, "")
    assert plan_columns(ENDS, ()).rules == ()


def test_a_day_begins_at_midnight_of_the_site() -> None:
    keeping = RowKeeping()
    assert keeping.today(datetime(2026, 11, 20, 16, tzinfo=UTC)).isoformat() == "2026-11-21"
    assert keeping.beginning_of(datetime(2026, 11, 21).date()) == datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert keeping.beginning_of(datetime(9999, 12, 31).date()) is None


def test_ordinary_refreshes_of_the_sample_hold_nothing_for_drift(make_harvested: Callable[..., Bench]) -> None:
    bench = make_harvested(resources=12)
    ids = [row.record_id for row in bench.rows("SELECT record_id FROM source_record ORDER BY record_id")]
    public = [record_id for record_id in ids if bench.state_of(record_id) == "published"]
    assert len(public) > 3
    for record_id in public:
        bench.sample.control("touch", resource=record_id)
    report = bench.run()
    found = [code for record_id in public for code in bench.reasons_of(report.run_id, record_id)]
    assert not [code for code in found if code.startswith("drift_")]
    assert {bench.state_of(record_id) for record_id in public} == {"published"}
