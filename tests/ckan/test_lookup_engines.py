"""Lookups of the door on both databases: any tree means what plain Python makes of it, any sort and facet is the same."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from portal.catalogue.models import Dataset
from portal.catalogue.objections import Objection
from portal.catalogue.reading import invisible_ids, only_visible
from portal.index.lookup import Condition, Every, Lookup, list_values, look_up
from portal.kernel.ids import new_id
from portal.kernel.principal import ANONYMOUS
from portal.settings import Settings
from tests.ckan.conditions import TREES, holds, read_stored
from tests.http.site import Site, counted_statements, generous, open_site
from tests.services import Absent, service_url

_DATASETS = 12
_ENGINES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.services))
_FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module", params=_ENGINES)
def everywhere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A small catalogue on each database; PostgreSQL's sorts by the rules of a language, as it does where it is installed."""
    var: Path = tmp_path_factory.mktemp("engines") / "var"
    site = Settings(var_dir=var, secret_key="00" * 32)
    if request.param == "sqlite":
        with open_site(generous(site), _DATASETS, rows=3) as opened:
            yield opened
        return
    try:
        server = make_url(service_url("postgres"))
    except Absent as error:
        pytest.skip(str(error))
    admin, name = create_engine(server, isolation_level="AUTOCOMMIT"), f"t_{new_id()}"
    with admin.connect() as connection:
        connection.execute(
            text(
                f"CREATE DATABASE \"{name}\" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' ENCODING 'UTF8'"
            )
        )
    url = server.set(database=name).render_as_string(hide_password=False)
    try:
        with open_site(
            generous(Settings(var_dir=var, secret_key="00" * 32, database_url=url)), _DATASETS, rows=3
        ) as opened:
            yield opened
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


@_FAST
@given(TREES)
def test_conditions_mean_what_plain_python_makes_of_them(everywhere: Site, tree: Condition) -> None:
    with everywhere.parts.database.reading() as session:
        found = look_up(session, ANONYMOUS, Lookup(tree, limit=100))
        stored = read_stored(session)
    assert set(found.ids) == {i for i in everywhere.ids if holds(tree, stored[i])}
    assert found.total == len(found.ids)


@pytest.mark.parametrize("field", ["id", "name", "title_string", "metadata_modified", "num_resources", "score"])
@pytest.mark.parametrize("is_falling", [False, True])
def test_every_sort_walks_through_everything_once(everywhere: Site, field: str, is_falling: bool) -> None:
    with everywhere.parts.database.reading() as session:
        order = ((field, is_falling),)
        pages = [look_up(session, ANONYMOUS, Lookup(sort=order, offset=n, limit=5)) for n in range(0, 15, 5)]
        keys: dict[str, str] = {
            str(i): str(title) for i, title in session.execute(text("SELECT dataset_id, title FROM dataset_entry"))
        }
    found = [i for page in pages for i in page.ids]
    assert sorted(found) == sorted(everywhere.ids)
    if field in {"id", "title_string"}:
        told = [i if field == "id" else keys[i] for i in found]
        assert told == sorted(told, reverse=is_falling)


def test_facets_count_what_is_stored_and_stop_where_they_are_asked_to(everywhere: Site) -> None:
    with everywhere.parts.database.reading() as session:
        stored = read_stored(session)
        for name in ("tags", "res_format", "groups", "organization", "name"):
            counts = Counter(value for one in stored.values() for value in set(one.of(name)))
            found = look_up(session, ANONYMOUS, Lookup(facets=(name,), facet_limit=-1)).facets[name]
            if name != "name":
                assert found == dict(counts)
            first = look_up(session, ANONYMOUS, Lookup(facets=(name,), facet_limit=3)).facets[name]
            assert list(first.items()) == sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
            none = look_up(session, ANONYMOUS, Lookup(Every(is_true=False), facets=(name,))).facets[name]
            assert none == {}
        assert list(list_values(session, ANONYMOUS, "tags")) == sorted(
            {v for one in stored.values() for v in one.of("tags")}
        )


@pytest.mark.parametrize(
    "query",
    [
        "q=数据&sort=score desc, metadata_modified desc",
        "q=data&fl=name,score",
        "fq=metadata_modified:[NOW-10YEARS TO NOW]&sort=metadata_modified asc",
        'fq=num_resources:[1 TO *]&facet.field=["tags","metadata_modified","name"]',
        "q=title:*数* OR tags:停*",
        "fq=name:d?t*a AND -tags:x",
    ],
)
def test_searches_are_answered(everywhere: Site, query: str) -> None:
    answer = everywhere.client.get(f"/api/3/action/package_search?rows=3&{query}")
    assert answer.status_code == 200, answer.text


def test_a_walk_by_id_is_read_off_an_index(everywhere: Site) -> None:
    """However many datasets there are: nothing is sorted, and no dataset is read to count or to skip."""
    if everywhere.parts.database.engine.dialect.name != "sqlite":
        pytest.skip("a small table has no plan worth looking at on PostgreSQL")
    with counted_statements(everywhere) as seen:
        everywhere.client.get("/api/3/action/package_search?q=*:*&sort=id asc&rows=5&start=5")
    counting, paging = (statement for statement in seen if "FROM dataset_entry" in statement)
    for statement in (counting, paging):
        assert "JOIN dataset" not in statement
    with everywhere.parts.database.engine.connect() as connection:
        plan = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {paging}", ("published", "open", 0, 1, 1, 5, 5)[: paging.count("?")]
        )
        told = " ".join(str(row[3]) for row in plan)
    assert "ix_dataset_entry_listed" in told and "TEMP B-TREE" not in told


def test_what_is_withdrawn_or_objected_to_is_in_no_lookup_at_once(everywhere: Site) -> None:
    withdrawn, objected, *others = everywhere.ids
    everywhere.withdraw(withdrawn)
    with everywhere.parts.database.transaction() as session:
        session.add(
            Objection(
                dataset_id=objected, data_digest="", ground="privacy", statement="…", language="zh",
                receipt_sha256=new_id(), filed_at=datetime.now(UTC),
            )
        )  # fmt: skip
    with everywhere.parts.database.reading() as session:
        found = look_up(session, ANONYMOUS, Lookup(limit=100, facets=("tags", "name")))
        assert set(found.ids) == set(others) == set(session.scalars(only_visible(select(Dataset.id))))
        assert set(session.scalars(invisible_ids())) == {withdrawn, objected}
        assert found.total == len(others) == sum(found.facets["name"].values())
        stored = read_stored(session)
        assert sum(found.facets["tags"].values()) == sum(len(stored[i].of("tags")) for i in others)
