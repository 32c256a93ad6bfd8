"""Differences between versions by API: schema and rows, pages, versions that are kept no longer, conditional data."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.accounts.keys import create_own_key
from portal.catalogue.commands import withdraw_dataset
from portal.catalogue.withdrawal import redact_versions
from portal.grants import add_agreement
from portal.kernel.vocab import ColumnAction, Openness, Scope
from portal.settings import Settings, site_secret
from tests.accounts.people import make_person
from tests.api.contract import check
from tests.builders import NOW, build_part, build_publication, publish
from tests.grants.giving import give_grant
from tests.http.site import Site, generous, open_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A dataset in three versions: fewer rows first, then other rows, then a column treated otherwise."""
    var: Path = tmp_path_factory.mktemp("differences")
    with open_site(generous(Settings(var_dir=var / "var", secret_key="00" * 32)), 1) as opened:
        folder = var / "more"
        folder.mkdir()
        parts = opened.parts
        more = build_part(0, parts.store, folder, rows=45)
        columns = list(more.schema.columns if more.schema else ())
        columns[0] = replace(columns[0], action=ColumnAction.MASK)
        treated = replace(more, schema=replace(more.schema, columns=tuple(columns[:-1])))  # type: ignore[type-var]
        for hours, part in enumerate((more, treated), 1):
            publication = build_publication(0, parts.store, folder, parts=(part,))
            with parts.database.transaction() as session:
                publish(session, publication, now=NOW + timedelta(hours=hours))
        yield opened


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.client


def test_the_schemas_of_two_versions_are_compared(client: FlaskClient, site: Site) -> None:
    answer = check(client.get(f"/api/v1/datasets/{site.ids[0]}/differences"))
    assert (answer["before"][-3:], answer["after"][-3:]) == ("@v2", "@v3")
    part = answer["parts"][0]
    assert (part["kind"], part["is_content_changed"]) == ("changed", False)
    assert part["columns_removed"] == ["更新日期"] and part["columns_added"] == []
    assert part["columns_changed"][0]["name"] == "名称"
    assert part["columns_changed"][0]["after"]["action"] == "mask"


def test_the_rows_that_were_added_are_walked_page_by_page(client: FlaskClient, site: Site) -> None:
    address = f"/api/v1/datasets/{site.ids[0]}/tables/data/differences?from=1&to=2&by=编号&limit=2"
    found, first = [], check(client.get(address))
    assert first["counts"] == {"added": 5, "removed": 0, "changed": 0}
    answer = first
    while True:
        found += answer["rows"]
        if answer["next"] is None:
            break
        answer = check(client.get(answer["next"].removeprefix(site.parts.settings.base_url)))
        assert answer["counts"] is None
    assert [row["kind"] for row in found] == ["added"] * 5
    assert [row["key"]["编号"] for row in found] == [f"000{n:05d}" for n in range(40, 45)]
    whole = check(client.get(f"/api/v1/datasets/{site.ids[0]}/tables/data/differences?from=1&to=2"))
    assert whole["counts"] == {"added": 5, "removed": 0}


def test_a_version_does_not_differ_from_itself(client: FlaskClient, site: Site) -> None:
    answer = check(client.get(f"/api/v1/datasets/{site.ids[0]}/differences?from=2&to=2"))
    assert [part["kind"] for part in answer["parts"]] == ["same"]
    rows = check(client.get(f"/api/v1/datasets/{site.ids[0]}/tables/data/differences?from=2&to=2&by=编号"))
    assert rows["counts"] == {"added": 0, "removed": 0, "changed": 0}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("from=0", "from"),
        ("from=1&to=2&by=没有", "by"),
        ("from=1&to=2&by=街道", "by"),
        ("from=1&to=2&cursor=x", "cursor"),
        ("from=1&to=2&limit=5000", "limit"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(
    client: FlaskClient, site: Site, query: str, parameter: str
) -> None:
    answer = client.get(f"/api/v1/datasets/{site.ids[0]}/tables/data/differences?{query}")
    assert answer.status_code == 400
    assert check(answer)["parameter"] == parameter


def test_whether_conditional_content_differs_is_told_to_the_granted_alone(site: Site, tmp_path: Path) -> None:
    parts = site.parts
    for rows in (5, 6):
        publication = build_publication(
            1, parts.store, tmp_path, rows=rows, openness=Openness.CONDITIONAL, open_condition="仅限科研"
        )
        with parts.database.transaction() as session:
            dataset = publish(session, publication, now=NOW + timedelta(hours=rows)).dataset_id
    person = make_person(parts.database)
    with parts.database.transaction() as session:
        add_agreement(session, text_zh="一", text_en="1", person="x", now=NOW)
    give_grant(parts.database, person.id, dataset, days=60)
    with parts.database.transaction() as session:
        secret = site_secret(parts.settings)
        key = create_own_key(session, person.id, holder="x", scopes=frozenset(Scope), secret=secret, now=NOW)
    address = f"/api/v1/datasets/{dataset}/differences"
    shown = check(site.client.get(address))["parts"][0]
    hidden = ("kind", "is_content_changed", "row_count_before", "row_count_after", "rows")
    assert [shown[name] for name in hidden] == [None] * 5
    assert site.client.get(f"/api/v1/datasets/{dataset}/tables/data/differences").status_code == 403
    granted = check(site.client.get(address, headers={"X-API-Key": key.secret}))["parts"][0]
    assert [granted[name] for name in hidden[:4]] == ["changed", True, 5, 6]
    rows_address = granted["rows"].removeprefix(parts.settings.base_url)
    assert check(site.client.get(rows_address, headers={"X-API-Key": key.secret}))["counts"]["added"] == 1


def test_a_version_that_never_was_is_404(client: FlaskClient, site: Site) -> None:
    for rest in (
        "differences?to=1",
        "differences?to=9",
        "tables/data/differences?from=1&to=9",
        "tables/none/differences?from=1&to=2",
    ):
        answer = client.get(f"/api/v1/datasets/{site.ids[0]}/{rest}")
        assert answer.status_code == 404
        check(answer)


def test_a_version_that_is_kept_no_longer_is_gone_with_its_checksums(site: Site) -> None:
    with site.parts.database.transaction() as session:
        redact_versions(session, site.ids[0], [1], reason="thinned", actor="tester", now=NOW)
    for rest in ("differences?from=1&to=2", "tables/data/differences?from=1&to=2"):
        answer = site.client.get(f"/api/v1/datasets/{site.ids[0]}/{rest}")
        assert answer.status_code == 410
        assert check(answer)["checksums"]
    with site.parts.database.transaction() as session:
        withdraw_dataset(session, site.ids[0], "测试", "tester", NOW)
    assert site.client.get(f"/api/v1/datasets/{site.ids[0]}/differences?from=2&to=3").status_code == 410
