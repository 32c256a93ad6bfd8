"""A person concerned objects without an account: hidden first at every door, then reviewed, answered and kept."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from portal.kernel.errors import InvalidInput, NotFound
from portal.kernel.principal import Principal
from portal.kernel.text import Language
from portal.kernel.vocab import Tier
from portal.participation.duties import look_after_objections
from portal.participation.objections import (
    MOST_HIDDEN,
    Measure,
    file_objection,
    find_standing,
    get_objection,
    list_objections,
    reject_objection,
    uphold_objection,
)
from portal.settings import Settings
from tests.http.site import Site, counted_statements, generous, open_site

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
SOMEBODY = Principal(tier=Tier.ANONYMOUS, caller="a-1")
STATEMENT = "第 3 行的住址是我家的住址，请删除。"


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    with open_site(generous(settings), 3) as opened:
        yield opened


def objected(site: Site, dataset_id: str, **changes: str) -> str:
    """File one; the receipt."""
    values = {"ground": "personal", "statement": STATEMENT, "contact": "reader@mail.example"} | changes
    with site.parts.database.transaction() as session:
        return file_objection(session, SOMEBODY, dataset_id, language=Language.ZH, now=NOW, **values).receipt


def open_id(site: Site) -> str:
    with site.parts.database.reading() as session:
        return list_objections(session)[0].id


def reject(site: Site, objection_id: str) -> None:
    with site.parts.database.transaction() as session:
        reject_objection(session, objection_id, person="王审核", answer="该地址是机关办公地址。", now=NOW)
    site.parts.search.close_difference()


def addresses(site: Site, dataset_id: str) -> list[str]:
    (slug,) = [part["slug"] for part in site.client.get(f"/api/v1/datasets/{dataset_id}").get_json()["parts"]][:1]
    return [
        f"/zh/dataset/{dataset_id}",
        f"/en/dataset/{dataset_id}@v1",
        f"/zh/dataset/{dataset_id}/{slug}",
        f"/api/v1/datasets/{dataset_id}",
        f"/api/v1/datasets/{dataset_id}@v1",
        f"/api/v1/datasets/{dataset_id}/tables/{slug}",
        f"/api/v1/datasets/{dataset_id}/tables/{slug}/rows",
        f"/api/v1/datasets/{dataset_id}/versions",
        f"/download/{dataset_id}/{slug}.csv",
        f"/download/{dataset_id}@v1/{slug}.csv",
        f"/download/{dataset_id}@v1/{slug}.parquet",
    ]


def test_it_is_hidden_at_every_door_from_the_moment_it_is_filed(site: Site) -> None:
    chosen, *others = site.ids
    asked = [
        address
        for address in addresses(site, chosen)
        if site.client.get(address, follow_redirects=True).status_code == 200
    ]
    assert len(asked) >= 9
    tags = {address: site.client.get(address, follow_redirects=True).headers.get("ETag", "") for address in asked}
    title = site.client.get(f"/api/v1/datasets/{chosen}").get_json()["title"]["zh"]
    objected(site, chosen)
    for address in asked:
        assert site.client.get(address, follow_redirects=True).status_code == 410, address
        assert site.client.head(address, follow_redirects=True).status_code == 410, address
        conditional = {"If-None-Match": tags[address]} if tags[address] else {}
        assert site.client.get(address, headers=conditional, follow_redirects=True).status_code == 410, address
        ranged = site.client.get(address, headers={"Range": "bytes=0-9"}, follow_redirects=True)
        assert ranged.status_code == 410, address
    for listing in ("/zh/", "/zh/search", "/zh/themes", "/api/v1/datasets", f"/zh/search?q={title}", "/sitemap.xml"):
        assert chosen not in site.client.get(listing, follow_redirects=True).get_data(as_text=True), listing
    for other in others:
        assert site.client.get(f"/zh/dataset/{other}").status_code == 200


def test_the_page_says_why_in_both_languages_and_nothing_of_the_objection(site: Site) -> None:
    objected(site, site.ids[0])
    for language, words in (("zh", "因异议审核暂时隐藏"), ("en", "hidden while an objection is reviewed")):
        page = site.client.get(f"/{language}/dataset/{site.ids[0]}").get_data(as_text=True)
        assert words in page
        assert "住址" not in page
    problem = site.client.get(f"/api/v1/datasets/{site.ids[0]}").get_json()
    assert problem["reason"] == "under_objection"


def test_numbers_follow_when_the_worker_has_looked(site: Site) -> None:
    objected(site, site.ids[0])
    with site.parts.database.transaction() as session:
        assert look_after_objections(session, NOW, tell=("a@bureau.example", "b@bureau.example")) == 1
        assert look_after_objections(session, NOW, tell=("a@bureau.example",)) == 0
        assert session.execute(text("SELECT sum(dataset_count) FROM publisher")).scalar() == len(site.ids) - 1
        payloads = session.scalars(text("SELECT payload FROM outbox WHERE kind = 'mail' ORDER BY id")).all()
    assert len(payloads) == 2
    assert STATEMENT not in "".join(payloads)
    site.parts.search.close_difference()
    found = site.client.get("/api/v1/datasets").get_json()
    assert found["total"] == len(site.ids) - 1


def test_a_rejected_objection_shows_it_again_and_the_same_data_is_not_hidden_twice(site: Site) -> None:
    chosen = site.ids[0]
    objected(site, chosen)
    reject(site, open_id(site))
    assert site.client.get(f"/zh/dataset/{chosen}").status_code == 200
    assert site.client.get("/api/v1/datasets").get_json()["total"] == len(site.ids)
    receipt = objected(site, chosen)
    assert site.client.get(f"/zh/dataset/{chosen}").status_code == 200, "a person decided about this very data"
    with site.parts.database.reading() as session:
        assert find_standing(session, receipt).state == "open"


def test_an_upheld_objection_withdraws_it_for_good(site: Site) -> None:
    chosen = site.ids[0]
    receipt = objected(site, chosen)
    with site.parts.database.transaction() as session:
        uphold_objection(session, open_id(site), Measure.WITHDRAWN, person="王审核", answer="您说得对。", now=NOW)
    assert site.client.get(f"/api/v1/datasets/{chosen}").get_json()["reason"] == "objection_upheld"
    with site.parts.database.reading() as session:
        assert session.execute(text("SELECT stays_withdrawn FROM dataset WHERE id = :id"), {"id": chosen}).scalar()
        standing = find_standing(session, receipt.lower().replace("-", " "))
    assert (standing.state, standing.measure, standing.answer) == ("upheld", "withdrawn", "您说得对。")


def test_corrected_needs_a_correction(site: Site) -> None:
    objected(site, site.ids[0])
    with (
        site.parts.database.transaction() as session,
        pytest.raises(InvalidInput, match="Nothing of the dataset has changed"),
    ):
        uphold_objection(session, open_id(site), Measure.CORRECTED, person="王审核", answer="已删除。", now=NOW)


def test_a_decision_needs_a_name_and_an_answer_and_is_taken_once(site: Site) -> None:
    objected(site, site.ids[0])
    objection_id = open_id(site)
    for person, answer in ((" ", "x"), ("王审核", " ")):
        with site.parts.database.transaction() as session, pytest.raises(InvalidInput, match="name"):
            reject_objection(session, objection_id, person=person, answer=answer, now=NOW)
    reject(site, objection_id)
    with site.parts.database.transaction() as session, pytest.raises(InvalidInput, match="already"):
        reject_objection(session, objection_id, person="李", answer="x", now=NOW)


def test_objections_cannot_empty_the_portal(settings: Settings) -> None:
    with open_site(generous(settings), MOST_HIDDEN + 3, rows=2, is_indexed=False) as site:
        for dataset_id in site.ids:
            objected(site, dataset_id)
        shown = [i for i in site.ids if site.client.get(f"/zh/dataset/{i}").status_code == 200]
        assert len(shown) == 3


def test_what_is_not_public_cannot_be_objected_to_and_is_not_told_apart(site: Site) -> None:
    site.withdraw(site.ids[0])
    for dataset_id in (site.ids[0], "nosuchdataset000", "x" * 5000):
        with pytest.raises(NotFound, match="There is no dataset"):
            objected(site, dataset_id)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ground", "none"),
        ("statement", "short"),
        ("statement", "x" * 5_001),
        ("contact", "x" * 201),
        ("statement", "a\x00" * 9),
    ],
)
def test_bad_input_is_told_and_hides_nothing(site: Site, field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        objected(site, site.ids[0], **{field: value})
    assert caught.value.parameter == field
    assert site.client.get(f"/zh/dataset/{site.ids[0]}").status_code == 200


def test_contacts_are_erased_half_a_year_after_the_answer_and_the_rest_is_kept(site: Site) -> None:
    objected(site, site.ids[0])
    objection_id = open_id(site)
    reject(site, objection_id)
    with site.parts.database.transaction() as session:
        look_after_objections(session, NOW + timedelta(days=179), tell=())
        assert get_objection(session, objection_id).contact
        look_after_objections(session, NOW + timedelta(days=181), tell=())
        session.expire_all()
        kept = get_objection(session, objection_id)
    assert (kept.contact, kept.statement, kept.answered_by) == ("", STATEMENT, "王审核")


def test_hiding_costs_the_dataset_page_no_statement(site: Site) -> None:
    with counted_statements(site) as before:
        site.client.get(f"/zh/dataset/{site.ids[0]}")
    for dataset_id in site.ids[1:]:
        objected(site, dataset_id)
    with counted_statements(site) as after:
        site.client.get(f"/zh/dataset/{site.ids[0]}")
    assert len(after) <= len(before)


class TestPage:
    """The form as people use it."""

    def send(self, client: FlaskClient, language: str = "zh", **changes: str) -> object:
        return client.post(f"/{language}/objection", data=changes)

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_a_person_objects_and_asks_for_the_answer(self, site: Site, language: str) -> None:
        chosen, client = site.ids[0], site.client
        page = client.get(f"/{language}/dataset/{chosen}").get_data(as_text=True)
        assert f"/{language}/objection?dataset={chosen}" in page
        assert client.get(f"/{language}/objection?dataset={chosen}").status_code == 200
        data = {"dataset": chosen, "ground": "privacy", "statement": STATEMENT, "contact": ""}
        filed = client.post(f"/{language}/objection", data=data)
        assert (filed.status_code, filed.headers["Cache-Control"]) == (200, "no-store")
        found = re.search(r"<code>([0-9A-Z-]{23})</code>", filed.get_data(as_text=True))
        assert found
        assert client.get(f"/{language}/dataset/{chosen}").status_code == 410
        reject(site, open_id(site))
        answer = client.post(f"/{language}/objection/answer", data={"receipt": found.group(1)})
        assert "该地址是机关办公地址。" in answer.get_data(as_text=True)
        assert "王审核" not in answer.get_data(as_text=True), "who decided stays inside"

    def test_what_was_written_is_not_lost_when_something_is_wrong(self, site: Site) -> None:
        data = {"dataset": site.ids[0], "ground": "nonsense", "statement": STATEMENT, "contact": "<b>x"}
        answer = site.client.post("/zh/objection", data=data)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 400
        assert STATEMENT in page
        assert "&lt;b&gt;x" in page
        assert site.client.get(f"/zh/dataset/{site.ids[0]}").status_code == 200

    def test_programs_and_forms_of_other_sites_are_refused(self, site: Site) -> None:
        data = {"dataset": site.ids[0], "ground": "wrong", "statement": STATEMENT}
        assert site.client.post("/zh/objection", data=data | {"website": "x"}).status_code == 403
        for kind in ("cross-site", "same-site"):
            sent = site.client.post("/zh/objection", data=data, headers={"Sec-Fetch-Site": kind})
            assert sent.status_code == 403
        assert site.client.get(f"/zh/dataset/{site.ids[0]}").status_code == 200

    def test_an_unknown_receipt_is_told_without_saying_more(self, site: Site) -> None:
        answer = site.client.post("/en/objection/answer", data={"receipt": "AAAAA-AAAAA-AAAAA-AAAAA"})
        assert answer.status_code == 404
        assert "There is no objection with this receipt" in answer.get_data(as_text=True)

    def test_the_budget_ends_a_flood(self, settings: Settings) -> None:
        with open_site(settings, 1) as site:
            codes = [site.client.post("/en/objection/answer", data={"receipt": str(n)}).status_code for n in range(12)]
        assert codes[:10] == [404] * 10
        assert codes[10:] == [429] * 2
