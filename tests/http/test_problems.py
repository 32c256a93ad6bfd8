"""Every error in one shape: problem details for programs, a page for people."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import (
    HTTPException,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
    TooManyRequests,
    UnsupportedMediaType,
    default_exceptions,
)

from portal.http.policy import policy
from portal.http.problems import KINDS, describe_error
from portal.kernel.errors import Gone, InvalidInput, Unavailable
from portal.settings import Settings
from tests.http.site import Site, open_site

MEMBERS = {"type", "title", "title_zh", "status", "detail", "remedy", "remedy_zh", "instance", "request_id"}


def _is_problem(answer: object, status: int, kind: str) -> None:
    from werkzeug.test import TestResponse

    assert isinstance(answer, TestResponse)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    told = answer.get_json()
    assert set(told) >= MEMBERS
    assert told["status"] == status
    assert told["type"].endswith(f"/en/developers#problem-{kind}")
    assert told["detail"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/nothing", "/api/v2/datasets", "/download/x", "/download/x/y.csv"]
)
def test_an_unknown_address_is_a_problem(client: FlaskClient, path: str) -> None:
    _is_problem(client.get(path), 404, "not-found")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_wrong_method_names_the_right_ones(client: FlaskClient, method: str) -> None:
    answer = client.open("/api/v1/datasets", method=method)
    _is_problem(answer, 405, "method-not-allowed")
    assert answer.get_json()["detail"] == f"{method} is not offered at /api/v1/datasets."
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_body_of_ten_megabytes_is_refused(client: FlaskClient) -> None:
    _is_problem(client.get("/api/v1/datasets", data=b"x" * 10_000_000), 413, "too-large")


def test_a_query_of_ten_megabytes_is_refused(client: FlaskClient) -> None:
    _is_problem(client.get("/api/v1/datasets?q=" + "x" * 10_000_000), 414, "address-too-long")


def test_a_browser_gets_a_page_and_a_program_gets_json_for_a_download(client: FlaskClient) -> None:
    browser = client.get("/download/x/y.csv", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert browser.status_code == 404
    assert browser.content_type.startswith("text/html")
    assert client.get("/download/x/y.csv", headers={"Accept": "*/*"}).content_type == "application/problem+json"


def test_the_api_answers_json_whatever_a_browser_accepts(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nothing", headers={"Accept": "text/html"})
    assert answer.content_type == "application/problem+json"


def test_titles_are_there_in_chinese(client: FlaskClient) -> None:
    told = client.get("/api/v1/nothing").get_json()
    assert told["title"] != told["title_zh"]


def test_a_fault_reveals_nothing_but_a_request_id(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_site(settings) as site:

        @policy(permission="none", budget="catalogue")
        def fail(**_: str) -> str:
            raise RuntimeError("the secret is 42")

        site.app.view_functions["api.list_all_themes"] = fail
        answer = site.client.get("/api/v1/themes")
    _is_problem(answer, 500, "internal-error")
    assert "42" not in answer.get_data(as_text=True)
    assert answer.get_json()["request_id"]


def test_a_database_that_is_away_is_503_with_a_time_to_come_back(settings: Settings) -> None:
    with open_site(settings) as site:
        gone = replace(settings, var_dir=settings.var_dir / "nowhere")
        site.parts.database.dispose()
        broken = replace(site.parts, database=type(site.parts.database)(f"sqlite:///{gone.var_dir}/none.sqlite3"))
        site.app.extensions["portal"] = broken
        answer = site.client.get("/api/v1/themes")
    _is_problem(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput("m", parameter="p", position=3), "invalid-parameter"),
        (Gone("m"), "gone"),
        (Unavailable("m", retry_after_s=4), "unavailable"),
        (OperationalError("s", {}, Exception()), "unavailable"),
        (NotFound(), "not-found"),
        (MethodNotAllowed(["GET"]), "method-not-allowed"),
        (RequestEntityTooLarge(), "too-large"),
        (UnsupportedMediaType(), "unsupported-media-type"),
        (TooManyRequests(retry_after=9), "over-budget"),
        (ZeroDivisionError(), "internal-error"),
    ],
)
def test_every_error_has_its_kind(error: Exception, code: str) -> None:
    told = describe_error(error)
    assert told.code == code
    assert told.status == KINDS[code].status


def test_every_http_error_that_there_is_can_be_told() -> None:
    for status, kind in default_exceptions.items():
        told = describe_error(kind())
        assert told.status == status
        assert told.code in KINDS


def test_headers_that_help_are_kept() -> None:
    assert describe_error(TooManyRequests(retry_after=9)).headers["Retry-After"] == "9"
    assert describe_error(MethodNotAllowed(["GET"])).headers["Allow"] == "GET"


def test_where_a_parameter_is_wrong_is_told() -> None:
    told = describe_error(InvalidInput("m", parameter="where", position=0))
    assert told.extensions == {"parameter": "where", "position": 0}


def test_every_kind_is_explained_where_its_type_leads(site: Site) -> None:
    page = site.client.get("/en/developers").get_data(as_text=True)
    for code in KINDS:
        assert f'id="problem-{code}"' in page


def test_no_handler_elsewhere_answers_errors(site: Site) -> None:
    app: Flask = site.app
    kinds = {kind for by_code in app.error_handler_spec[None].values() for kind in by_code}
    assert HTTPException in kinds
    assert Exception in kinds
    others = set(app.blueprints) - {"ckan"}  # whose errors are worded as CKAN's
    assert all(not app.error_handler_spec[name] for name in others if name in app.error_handler_spec)
