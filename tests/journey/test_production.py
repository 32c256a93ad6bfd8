"""One whole journey on the production parts: platform → worker → PostgreSQL, Redis, Elasticsearch, S3 → gunicorn → nginx."""

import base64
import hashlib
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from obstore.store import S3Store
from sqlalchemy.engine import make_url

from portal.kernel.ids import new_id
from tests.journey.platform import sample_platform
from tests.journey.stack import Servers, Stack, running
from tests.served.embedded import texts_of_an_empty_portal
from tests.served.production import datasets_of, examine_stack

pytestmark = [pytest.mark.services, pytest.mark.slow]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def fetch(url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
    request = urllib.request.Request(url, method=method, headers=dict(headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())


def eventually(condition: Callable[[], bool], what: str, timeout_s: float = 60) -> None:
    """Wait for what the worker does by itself."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.3)
    raise AssertionError(f"Not within {timeout_s:.0f} s: {what}")


@pytest.fixture
def servers(postgres_url: str, redis_url: str, elasticsearch8_url: str, s3_url: str, nginx_program: str) -> Servers:
    return Servers(postgres_url, redis_url, elasticsearch8_url, s3_url, nginx_program)


@pytest.fixture
def stack(servers: Servers, tmp_path: Path) -> Iterator[Stack]:
    generous = {"PORTAL_LIMIT_FACTOR": "100"}  # the crawl at the end asks more than a visitor may
    with running(Stack(servers, tmp_path, bucket=f"journey-{new_id()}", settings=generous)) as stack:
        yield stack


def test_a_record_travels_from_the_platform_to_a_download_and_away_again(stack: Stack, tmp_path: Path) -> None:
    with sample_platform("--big-rows", "30000") as platform:
        stack.run("worker", ["portal", "source", "add", "sample", *platform.registration(tmp_path)])
        harvested = stack.run("worker", ["portal", "harvest", "run", "sample"])
    assert "create" in harvested
    catalogue = f"{stack.base_url}/api/v1/datasets"
    eventually(lambda: fetch(f"{catalogue}?q=%E5%81%9C%E8%BD%A6").json()["total"] > 0, "停车 is found by the engine")
    eventually(lambda: _unindexed(stack) == 0, "every dataset is indexed")

    found = fetch(f"{catalogue}?q=%E5%81%9C%E8%BD%A6").json()
    dataset_id = found["items"][0]["id"]
    for language in ("zh", "en"):
        page = fetch(f"{stack.base_url}/{language}/dataset/{dataset_id}")
        assert page.status == 200
        assert f'lang="{language}'.encode() in page.body
    links = _download_links(stack, dataset_id)
    _check_download(links["csv"])
    _check_limits_and_key(stack, dataset_id)
    _check_rows_keys_documents_objects(stack, found["total"])
    _check_roles(stack)

    spooled = _objects(stack)
    stack.run("worker", ["portal", "withdraw", dataset_id, "--reason", "Published by mistake", "--actor", "Li Qing"])
    for url in (*links.values(), f"{stack.base_url}/zh/dataset/{dataset_id}", f"{catalogue}/{dataset_id}"):
        assert fetch(url).status == 410, url
        assert fetch(url, method="HEAD").status == 410, url
        assert fetch(url, headers={"Range": "bytes=0-9"}).status == 410, url
    eventually(lambda: len(_objects(stack)) < len(spooled), "the worker removes the withdrawn objects from the store")
    eventually(lambda: not _is_document(stack, dataset_id), "the worker removes the document from the index")
    _check_nothing_leaked(stack, tmp_path)


def test_a_killed_worker_leaves_nothing_undone(stack: Stack, tmp_path: Path) -> None:
    with sample_platform("--big-rows", "1000") as platform:
        stack.run("worker", ["portal", "source", "add", "sample", *platform.registration(tmp_path)])
        stack.kill("worker")
        stack.run("worker", ["portal", "harvest", "run", "sample"])
    for index in fetch(f"{stack.servers.elasticsearch}/_alias/portal").json():
        assert fetch(f"{stack.servers.elasticsearch}/{index}", method="DELETE").status == 200
    degraded = fetch(f"{stack.base_url}/api/v1/datasets?q=%E5%81%9C%E8%BD%A6")
    assert degraded.status == 200
    stack.start("worker")
    eventually(lambda: _unindexed(stack) == 0 and _documents(stack) == _published(stack), "the index heals by itself")


def _check_nothing_leaked(stack: Stack, folder: Path) -> None:
    """The gate's scan over what was served and over what each server holds: tables with columns that are not public."""
    own = texts_of_an_empty_portal(folder / "empty")
    leaks, counts = examine_stack(stack, own, datasets_of(stack, "SPJ-0911", "SPJ-0912"))
    assert leaks == [], leaks[:20]
    assert counts["answers"] > 50, counts
    assert min(counts.values()) > 10, counts


def _download_links(stack: Stack, dataset_id: str) -> dict[str, str]:
    page = fetch(f"{stack.base_url}/zh/dataset/{dataset_id}").body.decode()
    links = re.findall(rf'href="(/download/{dataset_id}@v\d+/[^"?]+)"', page)
    return {urllib.parse.unquote(link).rsplit("/", 1)[1].split(".", 1)[1]: stack.base_url + link for link in links}


def _check_download(url: str) -> None:
    """The file is whole, ranges are parts of it, its digest is right, and nginx sent it."""
    whole = fetch(url)
    assert whole.status == 200, whole.body[:300]
    digest = base64.b64encode(hashlib.sha256(whole.body).digest()).decode()
    assert whole.headers["repr-digest"] == f"sha-256=:{digest}:"
    part = fetch(url, headers={"Range": "bytes=10-29"})
    assert (part.status, part.body) == (206, whole.body[10:30])
    assert fetch(url, headers={"If-None-Match": whole.headers["etag"]}).status == 304
    assert whole.headers["server"].startswith("nginx")
    assert "x-accel-redirect" not in whole.headers


def _check_limits_and_key(stack: Stack, dataset_id: str) -> None:
    url = f"{stack.base_url}/api/v1/datasets/{dataset_id}"
    anonymous = fetch(url)
    created = stack.run("worker", ["portal", "key", "create", "--holder", "A developer"])
    key = max(re.findall(r"\S{20,}", created), key=len)
    registered = fetch(url, headers={"Authorization": f"Bearer {key}"})
    assert registered.status == 200
    assert _quota(registered) > _quota(anonymous)
    assert fetch(url, headers={"Authorization": "Bearer not-a-key"}).status == 401


def _quota(answer: Answer) -> int:
    found = re.search(r"q=(\d+)", answer.headers["ratelimit-policy"])
    assert found
    return int(found[1])


def _check_rows_keys_documents_objects(stack: Stack, least: int) -> None:
    """What the journey left in each real server."""
    assert _published(stack) >= least > 0
    assert _documents(stack) == _published(stack)
    with redis.Redis.from_url(stack.servers.redis) as client:
        keys = [key.decode() for key in client.scan_iter()]
    assert any("portal-limits" in key for key in keys), keys
    objects = _objects(stack)
    assert any(key.endswith(".parquet") for key in objects)
    assert any(key.endswith(".csv") for key in objects)


def _check_roles(stack: Stack) -> None:
    """The web role reads the catalogue and not one word about sources or what is held."""
    url = make_url(stack.environment("portal")["PORTAL_DATABASE_URL"]).set(drivername="postgresql")
    assert url.username == "portal_web"
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        connection.execute("SELECT count(*) FROM dataset")
        for table in ("source", "source_mapping", "held_record", "source_record"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"SELECT 1 FROM {table}")


def _count(stack: Stack, condition: str) -> int:
    url = make_url(stack.servers.postgres).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        row = connection.execute(f"SELECT count(*) FROM dataset WHERE {condition}").fetchone()
    assert row
    return int(row[0])


def _published(stack: Stack) -> int:
    return _count(stack, "state = 'published'")


def _unindexed(stack: Stack) -> int:
    return _count(stack, "revision <> indexed_revision")


def _documents(stack: Stack) -> int:
    answer = fetch(f"{stack.servers.elasticsearch}/portal/_count")
    return int(answer.json()["count"]) if answer.status == 200 else -1


def _is_document(stack: Stack, dataset_id: str) -> bool:
    query = urllib.parse.quote(f'_id:"{dataset_id}"')
    return bool(fetch(f"{stack.servers.elasticsearch}/portal/_count?q={query}").json()["count"])


def _objects(stack: Stack) -> set[str]:
    environment = stack.environment("worker")
    store = S3Store(
        stack.bucket, endpoint=stack.servers.s3, access_key_id=environment["PORTAL_STORE_KEY"],
        secret_access_key=environment["PORTAL_STORE_SECRET"], region="us-east-1",
        client_options={"allow_http": True}, virtual_hosted_style_request=False,
    )  # fmt: skip
    return {str(item["path"]) for batch in store.list() for item in batch}
