"""Applying at the pages, without a script: the form, the thread, the decision, the agreement, and rows from then on.

`DOORS` × callers: who has no grant gets a 403 that says where to apply, at every address that gives rows or files.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from portal.accounts.directory import AccountView, set_roles
from portal.accounts.keys import create_own_key
from portal.app import create_app
from portal.db.migrating import migrate
from portal.grants import Reviewer, add_agreement, list_grants, revoke_grant
from portal.kernel.vocab import Scope, StaffRole
from portal.settings import Settings, site_secret
from portal.wiring import Parts, web_parts
from tests.accounts.people import make_person, send_form, sign_in
from tests.builders import NOW, Built
from tests.catalogue.test_conditional import TERMS, publish_conditional
from tests.grants.forms import FORM
from tests.grants.giving import give_grant
from tests.http.site import ReadingClient

IN_A_ROW = "临江街道中小学校名录7号"
"""Words of a row of the conditional dataset, and of nothing else."""
DOORS = (
    "/zh/dataset/{id}/data/data",
    "/en/dataset/{id}@v1/data/data?f.名称=7",
    "/zh/dataset/{id}/outline/data.svg",
    "/api/v1/datasets/{id}/tables/data/rows",
    "/api/v1/datasets/{id}@v1/tables/data/rows?where=数量 > 9",
    "/api/v1/datasets/{id}/tables/data/rows?where=this is no clause",
    "/download/{id}/data.csv",
    "/download/{id}/data.json",
    "/download/{id}@v1/data.parquet",
    "/download/{id}/data.xlsx",
    "/download/{id}/data.original",
)
OTHER_DOORS = (
    "/api/v1/datasets/{id}/tables/data/export.csv",
    "/api/v1/datasets/{id}/tables/data/rows?group_by=街道&select=街道, count(*)",
    "/datastore/dump/{id}-data",
    "/api/action/datastore_search?resource_id={id}-data",
    "/api/3/action/datastore_info?id={id}-data",
)
"""Doors with refusals in words of their own."""
DESCRIPTIONS = (
    "/dataset/{id}.ttl",
    "/dataset/{id}.jsonld",
    "/dataset/{id}/croissant.json",
    "/dataset/{id}/datapackage.json",
    "/dataset/{id}/schema.jsonld",
    "/feeds/zh/dataset/{id}.atom",
)
CALLERS = ("anonymous", "other", "ended", "revoked", "granted")


class Site:
    """One conditional dataset; people with and without a grant, and a reviewer."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(var_dir=folder / "var", secret_key="00" * 32, limit_factor=1_000)
        self.parts: Parts = web_parts(settings)
        migrate(self.parts.database)
        self.id = publish_conditional(Built(self.parts.database, self.parts.store), folder)
        self.app: Flask = create_app(self.parts)
        self.people = {name: self._person(name) for name in (*CALLERS[1:], "applicant", "reviewer")}
        with self.parts.database.transaction() as session:
            roles = frozenset({StaffRole.APPLICATION_REVIEWER})
            set_roles(session, self.people["reviewer"].id, roles, person="张三", now=NOW)
            add_agreement(
                session, text_zh="仅用于申请的目的。", text_en="For the purpose alone.", person="张三", now=NOW
            )
        for name, days in (("ended", 1), ("revoked", 900), ("granted", 900)):
            give_grant(self.parts.database, self.people[name].id, self.id, days, terms=TERMS)
        with self.parts.database.transaction() as session:
            held = next(g for g in list_grants(session, NOW) if g.account_id == self.people["revoked"].id)
            revoke_grant(session, held.id, Reviewer("李审核"), reason="超出目的", now=NOW)
        self.headers = {name: self._key(name) for name in CALLERS}

    def client(self, name: str = "") -> FlaskClient:
        """A browser, signed in as a person if named."""
        client = ReadingClient(self.app, Response)
        if name:
            assert sign_in(client, f"{name}@example.cn").status_code == 303
        return client

    def _person(self, name: str) -> AccountView:
        return make_person(self.parts.database, f"{name}@example.cn", name=name)

    def _key(self, name: str) -> dict[str, str]:
        if name == "anonymous":
            return {}
        secret, scopes = site_secret(self.parts.settings), frozenset(Scope)
        with self.parts.database.transaction() as session:
            made = create_own_key(
                session, self.people[name].id, holder=name, scopes=scopes, secret=secret, now=datetime.now(UTC)
            )
        return {"Authorization": f"Bearer {made.secret}"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("applications"))
    yield made
    made.parts.rows.close()
    made.parts.database.dispose()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("caller", CALLERS[:-1])
def test_no_door_opens_without_a_grant_that_holds(site: Site, door: str, caller: str) -> None:
    for method in ("GET", "HEAD"):
        answer = site.client().open(door.format(id=site.id), method=method, headers=site.headers[caller])
        assert answer.status_code == 403, (method, answer.text[:300])
        assert "no-store" in answer.headers["Cache-Control"]
        assert IN_A_ROW not in answer.text
    body = site.client().get(door.format(id=site.id), headers=site.headers[caller]).text
    assert f"/dataset/{site.id}/apply" in body


@pytest.mark.parametrize("door", DOORS)
def test_every_door_opens_with_a_grant_and_nobody_keeps_the_answer(site: Site, door: str) -> None:
    answer = site.client().get(door.format(id=site.id), headers=site.headers["granted"])
    assert answer.status_code in {200, 202, 400, 404}, answer.text[:300]  # 404: no picture, no original; 400: no clause
    assert answer.headers["Cache-Control"] == "private, no-store" or answer.headers["Cache-Control"] == "no-store"
    assert "Authorization" in answer.headers["Vary"]


@pytest.mark.parametrize("door", OTHER_DOORS)
def test_other_doors_ask_for_the_same_grant(site: Site, door: str) -> None:
    for caller in CALLERS:
        answer = site.client().get(door.format(id=site.id), headers=site.headers[caller])
        assert answer.status_code == (200 if caller == "granted" else 403), (caller, answer.text[:200])


@pytest.mark.parametrize("address", DESCRIPTIONS)
def test_descriptions_for_others_hold_no_checksum_that_confirms_a_guess(site: Site, address: str) -> None:
    known = site.client().get(f"/api/v1/datasets/{site.id}", headers=site.headers["granted"]).json
    assert known is not None
    answer = site.client().get(address.format(id=site.id))
    assert answer.status_code in {200, 404}  # 404: a form that needs files
    for secret in (known["parts"][0]["sha256"], known["version"]["data_digest"], IN_A_ROW):
        assert secret not in answer.text


def test_what_a_client_kept_is_not_confirmed_after_the_grant(site: Site) -> None:
    path = f"/download/{site.id}/data.parquet"
    tag = site.client().get(path, headers=site.headers["granted"]).headers["ETag"]
    for caller in ("anonymous", "revoked"):
        told = {**site.headers[caller], "If-None-Match": tag}
        assert site.client().get(path, headers=told).status_code == 403


@pytest.mark.parametrize("caller", CALLERS[:-1])
def test_page_and_api_tell_columns_and_terms_and_nothing_of_rows(site: Site, caller: str) -> None:
    headers, client = site.headers[caller], site.client()
    for path in ("/api/v1/datasets/{id}", "/api/v1/datasets/{id}/tables/data", "/api/v1/datasets/{id}/versions"):
        answer = client.get(path.format(id=site.id), headers=headers)
        assert answer.status_code == 200
        assert IN_A_ROW not in answer.text
        for told in ("row_count", "null_count", "size_bytes", "sha256", "data_digest"):
            assert all(value is None for value in _values(answer.json, told)), (path, told)
    dataset = client.get(f"/api/v1/datasets/{site.id}", headers=headers).json
    assert dataset is not None
    assert (dataset["openness"], dataset["open_condition"], dataset["shows_rows"]) == ("conditional", TERMS, False)
    page = client.get(f"/zh/dataset/{site.id}", headers=headers).text
    assert TERMS in page
    assert "面积" in page
    assert "/download/" not in page
    assert IN_A_ROW not in page


def test_search_and_suggestions_know_no_word_of_a_row(site: Site) -> None:
    site.parts.search.close_difference()
    client = site.client()
    for address in ("/api/v1/datasets?q=", "/api/v1/suggestions?q="):
        for headers in site.headers.values():
            answer = client.get(address + IN_A_ROW, headers=headers).json
            assert answer is not None
            assert answer["items"] == [] or answer.get("is_relaxed")
    found = client.get("/api/v1/datasets?openness=conditional").json
    assert found is not None
    assert [item["id"] for item in found["items"]] == [site.id]


def test_a_person_applies_is_asked_agrees_reads_and_reports(site: Site) -> None:
    person, staff = site.client("applicant"), site.client("reviewer")
    apply = f"/zh/dataset/{site.id}/apply"
    refused = send_form(person, apply, **{**FORM, "purpose": "短"})
    assert refused.status_code == 400
    assert FORM["safeguards"] in refused.text
    assert 'id="fault-purpose"' in refused.text
    sent = send_form(person, apply, **FORM)
    assert sent.status_code == 303
    own = sent.headers["Location"]
    application = own.rpartition("/")[2]
    assert FORM["purpose"] in person.get(own).text
    assert "/account/applications/" in person.get(apply).text

    review = f"/zh/applications/{application}"
    assert review in staff.get("/zh/applications").text
    assert send_form(staff, review, act="message", message="请说明统计口径").status_code == 303
    assert "请说明统计口径" in person.get(own).text
    assert send_form(person, own, act="message", message="按月按街镇").status_code == 303
    assert send_form(staff, review, act="approve", reason="", days="30").status_code == 400
    assert send_form(staff, review, act="approve", reason="目的明确", days="30").status_code == 303
    data = f"/zh/dataset/{site.id}/data/data"
    assert person.get(data).status_code == 403
    assert send_form(person, own, act="accept", agreement="1").status_code == 400
    assert send_form(person, own, act="accept", agreement="1", accepts="yes").status_code == 303
    assert IN_A_ROW in person.get(data).text
    assert IN_A_ROW in person.get(f"/zh/dataset/{site.id}").text
    assert send_form(person, own, act="report", report="发表论文一篇，数据已销毁", links="x").status_code == 400
    assert send_form(person, own, act="report", report="发表论文一篇，数据已销毁", links="").status_code == 303
    assert "发表论文一篇" in staff.get(review).text
    assert send_form(staff, review, act="revoke", reason="超出目的使用").status_code == 303
    assert person.get(data).status_code == 403
    assert "超出目的使用" in person.get(own).text


def test_pages_of_applications_are_for_those_whose_they_are(site: Site) -> None:
    stranger, anonymous = site.client("other"), site.client()
    application = site.people["granted"].id
    assert stranger.get(f"/zh/account/applications/{application}").status_code == 404
    assert stranger.get("/zh/applications").status_code == 403
    assert stranger.get(f"/zh/applications/{application}").status_code == 403
    for path in ("/zh/applications", "/zh/account/applications"):
        assert "/account/sign-in" in anonymous.get(path).headers["Location"]
    assert anonymous.get(f"/zh/dataset/{site.id}/apply").status_code == 200
    own = site.client("granted")
    for language in ("zh", "en"):
        assert own.get(f"/{language}/account/applications").status_code == 200
        assert own.get(f"/{language}/account/applications/{application}").status_code == 200


def test_a_form_of_another_site_sends_nothing(site: Site) -> None:
    person = site.client("other")
    assert person.post(f"/zh/dataset/{site.id}/apply", data=FORM).status_code == 403


def test_an_account_lists_its_grants_with_any_of_its_keys(site: Site) -> None:
    told = {name: site.client().get("/api/v1/me/grants", headers=site.headers[name]).json for name in CALLERS}
    states = {name: [one["state"] for one in (answer or {})["items"]] for name, answer in told.items()}
    assert states == {
        "anonymous": [], "other": [], "ended": ["ended"], "revoked": ["revoked"], "granted": ["held"],
    }  # fmt: skip
    one = (told["granted"] or {})["items"][0]
    assert (one["dataset"], one["revoked_at"]) == (site.id, None)
    assert site.client("granted").get(one["application"].removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert (told["revoked"] or {})["items"][0]["revoked_reason"] == "超出目的"


def test_a_key_opens_the_rows_only_with_the_scope(site: Site) -> None:
    address = f"/api/v1/datasets/{site.id}/tables/data/rows"
    for scopes, expected in (({Scope.CATALOGUE, Scope.ACCOUNT, Scope.FILES}, 403), ({Scope.ROWS}, 200)):
        with site.parts.database.transaction() as session:
            made = create_own_key(
                session,
                site.people["granted"].id,
                holder="scoped",
                scopes=frozenset(scopes),
                secret=site_secret(site.parts.settings),
                now=datetime.now(UTC),
            )
        headers = {"Authorization": f"Bearer {made.secret}"}
        assert site.client().get(address, headers=headers).status_code == expected


def _values(found: object, name: str) -> list[object]:
    """All values under a name, anywhere in a JSON value."""
    if isinstance(found, dict):
        own = [found[name]] if name in found else []
        return own + [value for inner in found.values() for value in _values(inner, name)]
    return [value for inner in found for value in _values(inner, name)] if isinstance(found, list) else []
