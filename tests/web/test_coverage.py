"""The page that shows how much is open: numbers for each department, in both languages, no titles."""

from sqlalchemy import select

from portal.catalogue.coverage import CountedDepartment, replace_coverage
from portal.catalogue.models import Publisher
from portal.ingest.harvest import utc_now
from tests.web.site import Site


def count(site: Site, *departments: CountedDepartment) -> None:
    with site.parts.database.transaction() as session:
        replace_coverage(session, departments, utc_now())


def test_every_department_shows_its_numbers_and_a_bar(site: Site) -> None:
    with site.parts.database.reading() as session:
        spelling = session.scalars(
            select(Publisher.source_name).where(Publisher.slug == "district-education-bureau")
        ).one()
    count(
        site,
        CountedDepartment(spelling, {"zh": "区教育局"}, 400, 1),
        CountedDepartment("closed-office", {"zh": "某某办公室"}, 1, 0),
        CountedDepartment("", {}, 2, 0),
    )
    for language, words in (
        ("zh", ("开放情况", "某某办公室", "未注明部门")),
        ("en", ("What is open", "No department named")),
    ):
        page = site.app.test_client().get(f"/{language}/coverage")
        text = page.get_data(as_text=True)
        assert page.status_code == 200
        assert all(word in text for word in words)
        assert text.count('<rect class="bar-fill"') == 3
        assert "/publisher/district-education-bureau" in text
    answer = site.app.test_client().get("/api/v1/coverage").get_json()
    assert answer["departments"] == {"total": 3, "open": 1}
    assert answer["resources"] == {"total": 403, "open": 1}
    assert [item["slug"] for item in answer["items"]] == ["district-education-bureau", None, None]


def test_it_is_linked_from_the_departments(site: Site) -> None:
    assert '/zh/coverage"' in site.app.test_client().get("/zh/publishers").get_data(as_text=True)


def test_a_department_never_shows_more_than_it_has_published(site: Site) -> None:
    count(site, CountedDepartment("closed-office", {"zh": "某某办公室"}, 5, 5))
    assert site.app.test_client().get("/api/v1/coverage").get_json()["resources"] == {"total": 5, "open": 0}


def test_the_page_leads_to_its_numbers_as_json(site: Site) -> None:
    client = site.app.test_client()
    for language in ("zh", "en"):
        assert 'href="/api/v1/coverage"' in client.get(f"/{language}/coverage").get_data(as_text=True)
    assert client.get("/api/v1/coverage").get_json()["resources"]["total"] > 0
