"""What a caller says about hosts decides nothing: no redirect and no address is made from it."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from portal.settings import Settings
from tests.http.site import open_site

FORGED = {"Host": "evil.example", "X-Forwarded-Host": "worse.example", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize("path", ["/en", "/zh", "/"])
@pytest.mark.parametrize("proxies", [0, 1])
def test_a_redirect_leads_nowhere_else(settings: Settings, path: str, proxies: int) -> None:
    with open_site(replace(settings, trusted_proxies=proxies)) as site:
        answer = site.client.get(path, headers=FORGED)
    assert answer.status_code in {302, 308}
    assert answer.headers["Location"] in {"/en/", "/zh/"}
    assert "example" not in str(answer.headers)


@pytest.mark.parametrize(
    "path", ["/en/", "/sitemap.xml", "/robots.txt", "/api/v1/themes", "/api/v1/openapi.json", "/api/v1/x"]
)
def test_no_address_is_made_from_a_host_that_a_caller_names(settings: Settings, path: str) -> None:
    with open_site(replace(settings, trusted_proxies=1)) as site:
        answer = site.client.get(path, headers=FORGED)
    assert b"evil.example" not in answer.data
    assert b"worse.example" not in answer.data


def test_data_is_never_shown_as_a_page_of_ours(client: FlaskClient) -> None:
    for path in ("/api/v1/themes", "/download/aaaaaaaaaaaaaaaa/x.csv"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "sandbox" in policy
        assert "'self'" not in policy
