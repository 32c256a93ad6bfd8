"""Files that take long: announced, made by the worker, then sent."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from portal.catalogue.commands import take_export_job
from portal.exports.work import FileWork, make_next_file
from portal.settings import Settings
from tests.api.contract import check
from tests.http.site import Site, generous, open_site


def _work(site: Site) -> None:
    """What the worker does with the next job."""
    parts = site.parts
    work_dir = parts.settings.var_dir / "work"
    assert make_next_file(FileWork(parts.settings, parts.database, parts.store, parts.rows, work_dir))


def _path(site: Site, address: str) -> str:
    return address.removeprefix(site.parts.settings.base_url)


def test_from_the_first_request_to_the_spreadsheet(site: Site) -> None:
    address = f"/download/{site.ids[0]}/data.xlsx"
    first = site.client.get(address)
    assert first.status_code == 202
    assert int(first.headers["Retry-After"]) >= 1
    status = _path(site, first.headers["Location"])
    waiting = check(site.client.get(status))
    assert (waiting["state"], waiting["file"], waiting["rows_total"]) == ("waiting", None, 40)

    _work(site)
    done = check(site.client.get(status))
    assert done["state"] == "done"
    assert done["rows_done"] == 40
    for file in (_path(site, done["file"]), address):
        answer = site.client.get(file)
        assert answer.status_code == 200
        assert answer.data.startswith(b"PK")
        assert answer.headers["Repr-Digest"]


def test_asking_twice_makes_one_job(site: Site) -> None:
    address = f"/download/{site.ids[0]}/data.xlsx"
    assert site.client.get(address).headers["Location"] == site.client.get(address).headers["Location"]


def test_the_jobs_that_one_caller_has_waiting_are_bounded(settings: Settings) -> None:
    with open_site(generous(settings), 12) as site:
        answers = [site.client.get(f"/download/{dataset}/data.xlsx") for dataset in site.ids]
    statuses = [answer.status_code for answer in answers]
    assert 202 in statuses
    assert statuses[-1] == 503
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_head_starts_no_job(site: Site) -> None:
    assert site.client.head(f"/download/{site.ids[0]}/data.xlsx").status_code == 202
    with site.parts.database.transaction() as session:
        assert take_export_job(session, datetime.now(UTC)) is None


def test_a_browser_is_led_to_a_page_that_waits(client: FlaskClient, site: Site) -> None:
    answer = client.get(f"/download/{site.ids[0]}/data.xlsx", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/en/job/")
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("job", ["aaaaaaaaaaaaaaaa", "x", "1"])
def test_a_job_that_is_not_there_is_not_found(client: FlaskClient, job: str) -> None:
    assert client.get(f"/api/v1/exports/{job}").status_code == 404
