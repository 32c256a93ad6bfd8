"""Compression by what the caller accepts, never of files, ranges or answers that may hold a secret; CORS; HEAD like GET."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard
from flask import Flask, Response
from flask.testing import FlaskClient

from portal.http.compression import SMALLEST_BYTES, choose_encoding, install_compression
from portal.http.conditional import conditional
from portal.settings import Settings
from tests.http.site import Site, generous, open_site

_DECODERS = {"zstd": zstandard.ZstdDecompressor().decompress, "br": brotli.decompress, "gzip": gzip.decompress}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var: Path = tmp_path_factory.mktemp("compression")
    with open_site(generous(Settings(var_dir=var / "var", secret_key="00" * 32)), 3) as opened:
        yield opened


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.client


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", None),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, br", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("zstd;q=0, br;q=0.1, gzip;q=0.2", "gzip"),
        ("*", "zstd"),
        ("*;q=0.5, gzip;q=0.9", "gzip"),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("deflate", None),
        ("gzip;q=0", None),
        ("gzip;q=none", None),
        ("gzip;q=nan", None),
        ("gzip ; q = 0.4", "gzip"),
        (",,;;,=", None),
    ],
)
def test_the_preferred_coding_is_chosen(accepted: str, chosen: str | None) -> None:
    assert choose_encoding(accepted) == chosen


@pytest.mark.parametrize("encoding", sorted(_DECODERS))
def test_the_api_answers_compressed_with_the_same_content(client: FlaskClient, encoding: str) -> None:
    plain = client.get("/api/v1/datasets")
    packed = client.get("/api/v1/datasets", headers={"Accept-Encoding": encoding})
    assert packed.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in packed.headers["Vary"] and "Accept-Encoding" in plain.headers["Vary"]
    assert _DECODERS[encoding](packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2


def test_the_tag_is_weak_where_the_bytes_differ_and_both_are_answered_with_304(client: FlaskClient) -> None:
    plain = client.get("/api/v1/datasets").headers["ETag"]
    packed = client.get("/api/v1/datasets", headers={"Accept-Encoding": "br"}).headers["ETag"]
    assert packed == f"W/{plain}"
    for tag in (plain, packed):
        for accepted, told in (("", plain), ("br", packed)):
            again = client.get("/api/v1/datasets", headers={"If-None-Match": tag, "Accept-Encoding": accepted})
            assert (again.status_code, again.headers["ETag"], again.data) == (304, told, b"")
            assert "Accept-Encoding" in again.headers["Vary"]


def test_a_small_answer_stays_as_it_is(client: FlaskClient) -> None:
    answer = client.get("/api/v1/exports/none", headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) < SMALLEST_BYTES
    assert "Content-Encoding" not in answer.headers


def test_a_page_is_compressed_for_a_stranger_and_not_for_a_caller_with_a_cookie(client: FlaskClient) -> None:
    assert client.get("/zh/", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    client.set_cookie("session", "secret")
    assert "Content-Encoding" not in client.get("/zh/", headers={"Accept-Encoding": "gzip"}).headers


def test_files_and_ranges_are_never_compressed(client: FlaskClient, site: Site) -> None:
    address = f"/download/{site.ids[0]}/data.csv"
    whole = client.get(address, headers={"Accept-Encoding": "zstd, br, gzip"})
    ranged = client.get(address, headers={"Accept-Encoding": "zstd, br, gzip", "Range": "bytes=0-9"})
    assert "Content-Encoding" not in whole.headers and "Content-Encoding" not in ranged.headers
    assert not whole.headers["ETag"].startswith("W/")
    assert ranged.status_code == 206 and len(ranged.data) == 10


@pytest.mark.parametrize("control", ["no-store", "private", "private, max-age=0"])
def test_what_may_hold_a_secret_is_never_compressed(control: str) -> None:
    app = Flask("alone")
    install_compression(app)

    @app.get("/")
    def show() -> Response:
        return conditional(Response("secret " * 1_000, headers={"Cache-Control": control}))

    answer = app.test_client().get("/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("path", ["/api/v1/datasets", "/api/v1/", "/zh/", "/api/v1/openapi.json", "/sitemap.xml"])
@pytest.mark.parametrize("accepted", ["", "zstd"])
def test_head_has_the_headers_of_get(client: FlaskClient, path: str, accepted: str) -> None:
    def told(answer_headers: object) -> dict[str, str]:
        return {n: v for n, v in dict(answer_headers).items() if n not in {"X-Request-Id", "RateLimit", "Date"}}  # type: ignore[call-overload]

    got = client.get(path, headers={"Accept-Encoding": accepted})
    head = client.head(path, headers={"Accept-Encoding": accepted})
    assert head.data == b""
    assert told(head.headers) == told(got.headers)


@pytest.mark.parametrize("path", ["/api/v1/datasets", "/download/aaaaaaaaaaaaaaaa/data.csv", "/api/v1/nothing"])
def test_any_page_may_read_and_none_may_send_cookies(client: FlaskClient, path: str) -> None:
    asked = client.options(path, headers={"Origin": "https://a.example", "Access-Control-Request-Method": "GET"})
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in asked.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    read = client.get(path, headers={"Origin": "https://a.example"})
    assert read.headers["Access-Control-Allow-Origin"] == "*"
    assert "RateLimit" in read.headers["Access-Control-Expose-Headers"]
    for answer in (asked, read):
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_pages_are_not_shared_across_origins(client: FlaskClient) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/zh/", headers={"Origin": "https://a.example"}).headers
