"""A record that is open on application: admitted with its terms, restricted at once, opened only when judged anew."""

from collections.abc import Callable

import pytest

from portal.catalogue import queries
from portal.catalogue.views import DatasetView, Ref
from portal.kernel.errors import GrantNeeded
from portal.kernel.principal import ANONYMOUS
from tests.ingest.conftest import Bench
from tests.ingest.test_increments import first_published

TERMS = {"openAttr": "2", "openCondition": "仅限科研机构，需签订利用协议"}


@pytest.fixture
def harvested(make_harvested: Callable[..., Bench]) -> Bench:
    """Two resources, harvested."""
    return make_harvested(resources=2)


def view_of(bench: Bench, record_id: str) -> DatasetView:
    dataset_id = bench.scalar("SELECT id FROM dataset WHERE source_key = :key", key=f"sample:{record_id}")
    with bench.database.reading() as session:
        return queries.get_dataset(session, ANONYMOUS, Ref(dataset_id))


def edit(bench: Bench, record_id: str, **fields: str) -> str | None:
    """Change the record at its source and harvest; what the run did with it."""
    bench.sample.control("edit", resource=record_id, set=fields)
    return bench.action_of(bench.run().run_id, record_id)


def test_open_becomes_conditional_and_open_again_through_the_gate(harvested: Bench) -> None:
    record_id = first_published(harvested)
    assert edit(harvested, record_id, **TERMS) == "update"
    view = view_of(harvested, record_id)
    assert (view.openness, view.open_condition, view.shows_rows) == ("conditional", TERMS["openCondition"], False)
    assert view.version.number == 2
    slug = view.parts[0].slug
    for version in (None, 1, 2):
        with harvested.database.reading() as session, pytest.raises(GrantNeeded):
            queries.open_version(session, ANONYMOUS, Ref(view.card.id, version), slug, harvested.workshop.store)
    assert edit(harvested, record_id, openAttr="1", openCondition="") == "update"
    assert view_of(harvested, record_id).shows_rows
    assert edit(harvested, record_id, openAttr="3") == "withdraw"


def test_without_terms_it_is_held_and_its_rows_are_gone_all_the_same(harvested: Bench) -> None:
    record_id = first_published(harvested)
    harvested.sample.requests()
    assert edit(harvested, record_id, openAttr="2") == "hold"
    assert harvested.sample.requests()["rows"] == 0
    view = view_of(harvested, record_id)
    assert (view.version.number, view.openness, view.shows_rows, view.parts[0].preview) == (1, "conditional", False, ())
    reasons = harvested.rows("SELECT reasons FROM held_record WHERE state = 'waiting'")
    assert any("conditional_terms_missing" in str(row.reasons) for row in reasons)
    assert edit(harvested, record_id, **TERMS) == "update"
    assert view_of(harvested, record_id).open_condition == TERMS["openCondition"]


def test_a_record_that_cannot_be_fetched_is_restricted_nevertheless(harvested: Bench) -> None:
    record_id = first_published(harvested)
    harvested.sample.control("edit", resource=record_id, set=TERMS)
    harvested.sample.control("touch", resource=record_id)
    harvested.sample.control("misbehave", kind="not_json", place="rows", resource=record_id, times=-1)
    harvested.run()
    view = view_of(harvested, record_id)
    assert (view.version.number, view.openness, view.shows_rows) == (1, "conditional", False)
    assert view.open_condition == ""  # terms are told when the gate has read them


def test_personal_data_holds_conditional_data_as_it_holds_open_data(make_harvested: Callable[..., Bench]) -> None:
    bench = make_harvested(resources=1)
    record_id = first_published(bench)
    column = view_of(bench, record_id).parts[0].schema
    assert column is not None
    text = next(c.source_name for c in column.columns if c.type == "text")
    bench.sample.control("edit", resource=record_id, set=TERMS)
    bench.sample.control("plant", resource=record_id, row=-1, column=text, value="联系人13812345678")
    assert bench.action_of(bench.run().run_id, record_id) == "hold"
    assert not view_of(bench, record_id).shows_rows
