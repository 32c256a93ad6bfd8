"""What nginx writes down: addresses without what follows "?", whether the portal answers or not."""

import os
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.downloads.serving import await_port, nginx_configuration, running
from tests.services.processes import free_port

pytestmark = pytest.mark.services
SECRET = "s3cret-of-a-mail"
ADDRESSES = (
    f"/zh/account/link?link={SECRET}",
    f"/zh/account/provider/answer?code={SECRET}",
    f"/%zz?{SECRET}",
    f"/?{SECRET}",
)


class _Portal(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        if self.path.startswith("/zh/account/link"):
            self.send_header("X-Accel-Redirect", "/_blobs/missing")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _status(port: int, address: str) -> int:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}{address}", headers={"Referer": f"http://127.0.0.1/?{SECRET}", "User-Agent": SECRET}
    )
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_nothing_after_a_question_mark_is_in_a_log_of_nginx(nginx_program: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    upstream, port = ThreadingHTTPServer(("127.0.0.1", 0), _Portal), free_port()
    thread = threading.Thread(target=upstream.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    configuration = nginx_configuration(tmp_path, port, upstream.server_port, tmp_path / "store")
    with running([nginx_program, "-c", str(configuration), "-e", str(tmp_path / "nginx.log")], dict(os.environ)):
        await_port(port)
        answered = [_status(port, address) for address in ADDRESSES]
        upstream.shutdown()
        upstream.server_close()
        thread.join(timeout=10)
        failed = [_status(port, address) for address in ADDRESSES]
    assert answered == [404, 200, 400, 200]
    assert failed == [502, 502, 400, 502]
    log = (tmp_path / "access.log").read_text()
    assert " GET /zh/account/link HTTP/1.1 404 " in log
    assert " GET /zh/account/provider/answer HTTP/1.1 502 " in log
    assert SECRET not in log + (tmp_path / "nginx.log").read_text()
