"""Downloads through the servers that people meet: waitress, and nginx before gunicorn."""

import base64
import hashlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from portal.settings import Settings
from tests.downloads.resuming import check_resuming, order_and_make
from tests.downloads.serving import nginx, waitress
from tests.http.site import generous, open_site

SLOW_CLIENTS = 20


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A portal's directory with one dataset of 60,000 rows, and the dataset's id."""
    var = tmp_path_factory.mktemp("served") / "var"
    with open_site(Settings(var_dir=var), 1, rows=60_000) as site:
        return var, site.ids[0]


@pytest.fixture(scope="module", params=["waitress", "nginx"])
def port(
    request: pytest.FixtureRequest, filled: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    if request.param == "waitress":
        with waitress(filled[0]) as served:
            yield served.port
        return
    from tests.services.processes import Absent
    from tests.services.servers import find_nginx

    try:
        program = find_nginx()
    except Absent as absent:
        pytest.skip(str(absent))
    with nginx(filled[0], tmp_path_factory.mktemp("nginx"), program) as served:
        yield served.port


def _ask(port: int, address: str, method: str = "GET", **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, address, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def test_a_file_comes_whole_with_its_headers(port: int, filled: tuple[Path, str]) -> None:
    status, headers, body = _ask(port, f"/download/{filled[1]}/data.csv")
    digest = hashlib.sha256(body).digest()
    assert status == 200
    assert headers["ETag"] == f'"{digest.hex()}"'
    assert headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest).decode()}:"
    assert int(headers["Content-Length"]) == len(body)
    assert headers["Content-Type"].startswith("text/csv")
    assert "filename*=UTF-8''" in headers["Content-Disposition"]
    assert "no-cache" in headers["Cache-Control"]
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["RateLimit"]
    assert len(headers.get_all("ETag", [])) == len(headers.get_all("Last-Modified", [])) == 1
    assert "X-Accel-Redirect" not in headers


def test_ranges_and_conditions_hold(port: int, filled: tuple[Path, str]) -> None:
    address = f"/download/{filled[1]}/data.csv"
    _, whole, body = _ask(port, address)
    size = len(body)
    status, headers, part = _ask(port, address, Range="bytes=1000-1999")
    assert (status, part) == (206, body[1000:2000])
    assert headers["Content-Range"] == f"bytes 1000-1999/{size}"
    assert _ask(port, address, Range=f"bytes={size - 5}-")[2] == body[-5:]
    assert _ask(port, address, Range="bytes=-5")[2] == body[-5:]
    assert _ask(port, address, Range=f"bytes={size}-")[0] == 416
    assert _ask(port, address, Range="bytes=0-1,5-6")[0] in {200, 206}
    status, _, again = _ask(port, address, Range="bytes=10-19", If_Range='"another"')
    assert (status, again) == (200, body)
    status, _, again = _ask(port, address, Range="bytes=10-19", If_Range=whole["ETag"])
    assert (status, again) in {(206, body[10:20]), (200, body)}
    status, headers, nothing = _ask(port, address, If_None_Match=whole["ETag"])
    assert (status, nothing) == (304, b"")
    assert headers["ETag"] == whole["ETag"]


def test_curl_goes_on_with_the_file_of_a_job(port: int, filled: tuple[Path, str], tmp_path: Path) -> None:
    door, (var_dir, dataset) = f"http://127.0.0.1:{port}/api/v1", filled
    check_resuming(door, dataset, order_and_make(door, dataset, Settings(var_dir=var_dir)), tmp_path / "rows.csv")


def test_curl_goes_on_with_a_file_out_of_s3_that_nginx_sends(s3_url: str, nginx_program: str, tmp_path: Path) -> None:
    bucket = f"resume-{time.time_ns()}"
    httpx.put(f"{s3_url}/{bucket}", timeout=60).raise_for_status()
    stored = {
        "store_url": f"s3://{bucket}/blobs", "store_endpoint": s3_url, "store_key": "test", "store_secret": "test"
    }  # fmt: skip
    settings = replace(generous(Settings(var_dir=tmp_path / "var")), **stored)  # type: ignore[arg-type]
    with open_site(settings, 1, rows=2_000, is_indexed=False) as site:
        dataset = site.ids[0]
    environment = {f"PORTAL_{name.upper()}": value for name, value in stored.items()}
    with nginx(settings.var_dir, tmp_path / "nginx", nginx_program, blobs="cache/store", **environment) as served:
        door = f"http://127.0.0.1:{served.port}/api/v1"
        check_resuming(door, dataset, order_and_make(door, dataset, settings), tmp_path / "rows.csv")


def test_head_tells_the_size(port: int, filled: tuple[Path, str]) -> None:
    _, whole, _ = _ask(port, f"/download/{filled[1]}/data.csv")
    status, headers, body = _ask(port, f"/download/{filled[1]}/data.csv", "HEAD")
    assert (status, body) == (200, b"")
    assert headers["Content-Length"] == whole["Content-Length"]
    assert headers["ETag"] == whole["ETag"]


def test_two_requests_on_one_connection_after_a_range(port: int, filled: tuple[Path, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(3):
        connection.request("GET", f"/download/{filled[1]}/data.csv", headers={"Range": "bytes=0-99"})
        answer = connection.getresponse()
        assert (answer.status, len(answer.read())) == (206, 100)
    connection.close()


def test_the_store_cannot_be_reached_by_its_internal_address(port: int, filled: tuple[Path, str]) -> None:
    blob = next((filled[0] / "store").rglob("*.parquet")).relative_to(filled[0] / "store")
    assert _ask(port, f"/_blobs/{blob}")[0] == 404


def test_slow_clients_do_not_hold_up_the_others(port: int, filled: tuple[Path, str]) -> None:
    address = f"/download/{filled[1]}/data.csv"
    stop = threading.Event()
    received = [0] * SLOW_CLIENTS

    def download_slowly(number: int) -> None:
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", port))
            line.settimeout(2)
            part = "Range: bytes=100-\r\n" if number % 2 else ""
            line.sendall(f"GET {address} HTTP/1.1\r\nHost: x\r\n{part}\r\n".encode())
            while not stop.wait(0.2):
                received[number] += len(line.recv(512))

    clients = [threading.Thread(target=download_slowly, args=(number,)) for number in range(SLOW_CLIENTS)]
    for client in clients:
        client.start()
    try:
        deadline = time.monotonic() + 60
        while not all(received) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert all(received), "every client is served from the start"
        answers = [_ask(port, "/healthz")[0] for _ in range(10)]
        assert answers == [200] * 10  # each would wait for a thread for ever if the downloads held them all
    finally:
        stop.set()
        for client in clients:
            client.join()
