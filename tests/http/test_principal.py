"""Who asks: keys in headers, never in addresses, and what happens to keys that open nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from portal.accounts import create_key, revoke_key
from portal.kernel.vocab import Tier
from portal.settings import site_secret
from tests.http.site import Site


def _new_key(site: Site, *, tier: Tier = Tier.REGISTERED, expires_at: datetime | None = None) -> tuple[str, str]:
    now = datetime.now(UTC) - timedelta(days=2)
    secret = site_secret(site.parts.settings)
    with site.parts.database.transaction() as session:
        key = create_key(session, holder="测试", secret=secret, now=now, tier=tier, expires_at=expires_at)
    return key.id, key.secret


@pytest.mark.parametrize("header", ["bearer", "Bearer", "x-api-key"])
def test_a_key_in_a_header_gives_its_tier(site: Site, header: str) -> None:
    key_id, key = _new_key(site, tier=Tier.PARTNER)
    headers = {"X-API-Key": key} if header == "x-api-key" else {"Authorization": f"{header} {key}"}
    told = site.client.get("/api/v1/me/quota", headers=headers).get_json()
    assert (told["tier"], told["key_id"]) == ("partner", key_id)


def test_the_quota_of_nobody_is_anonymous(client: FlaskClient) -> None:
    answer = client.get("/api/v1/me/quota")
    assert answer.get_json()["tier"] == "anonymous"
    assert answer.headers["Cache-Control"] == "no-store"


def test_unknown_expired_and_revoked_keys_are_told_apart(site: Site) -> None:
    _, expired = _new_key(site, expires_at=datetime.now(UTC) - timedelta(days=1))
    revoked_id, revoked = _new_key(site)
    with site.parts.database.transaction() as session:
        revoke_key(session, revoked_id, datetime.now(UTC))
    for key, kind in ((expired, "key-expired"), (revoked, "key-revoked"), ("odp_nonsense", "key-unknown")):
        answer = site.client.get("/api/v1/themes", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 401
        assert answer.get_json()["type"].endswith(f"/en/developers#problem-{kind}")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert key not in answer.get_data(as_text=True)


def test_a_revoked_key_stops_at_once(site: Site) -> None:
    key_id, key = _new_key(site)
    headers = {"X-API-Key": key}
    assert site.client.get("/api/v1/themes", headers=headers).status_code == 200
    with site.parts.database.transaction() as session:
        revoke_key(session, key_id, datetime.now(UTC))
    assert site.client.get("/api/v1/themes", headers=headers).status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/themes", "/en/", "/download/aaaaaaaaaaaaaaaa/x.csv"])
@pytest.mark.parametrize("name", ["api_key", "API_KEY", "access_token", "key"])
def test_a_key_in_an_address_is_refused_and_not_logged(site: Site, path: str, name: str) -> None:
    _, key = _new_key(site)
    with capture_logs() as logs:
        answer = site.client.get(f"{path}?{name}={key}")
    assert answer.status_code == 400
    assert key not in str(logs)
    assert key not in answer.get_data(as_text=True)
    if path != "/en/":
        assert answer.get_json()["parameter"] == name
        assert "Authorization: Bearer" in answer.get_json()["detail"]


def test_the_log_has_no_values_of_parameters_and_no_key(site: Site) -> None:
    key_id, key = _new_key(site)
    with capture_logs() as logs:
        site.client.get("/api/v1/datasets?q=疾病&limit=3", headers={"Authorization": f"Bearer {key}"})
    line = next(line for line in logs if line["event"] == "request")
    assert line["parameters"] == ["limit", "q"]
    assert line["caller"] == f"key:{key_id}"
    assert line["status"] == 200
    assert "疾病" not in str(logs)
    assert key not in str(logs)


def test_the_log_has_no_address(site: Site) -> None:
    with capture_logs() as logs:
        site.client.get("/api/v1/themes", environ_base={"REMOTE_ADDR": "198.51.100.77"})
    assert "198.51.100.77" not in str(logs)


def test_every_answer_has_a_request_id_that_the_log_has(site: Site) -> None:
    with capture_logs() as logs:
        answer = site.client.get("/api/v1/nothing")
    assert answer.headers["X-Request-Id"] == logs[-1]["request_id"] == answer.get_json()["request_id"]
