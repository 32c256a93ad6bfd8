"""A site as production serves it, behind nginx with TLS and HTTP/2, and curl, which asks it anything."""

import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.cli.serving import open_server
from portal.settings import Settings
from tests.downloads.serving import nginx_configuration, running
from tests.http.site import Site, open_site
from tests.services.processes import find_program, free_port

HTTP_2, HTTP_1 = "http2", "http1.1"


@dataclass(frozen=True, slots=True)
class Way:
    """One request as curl sends it: `path` may be a whole address as well (RFC 9112, 3.2.2). `headers` are lines."""

    path: str
    method: str = "GET"
    protocol: str = HTTP_2
    headers: Sequence[str] = field(default_factory=tuple)
    body: str | None = None

    def lines(self, address: str) -> Iterator[str]:
        """Its lines in a configuration of curl."""
        if self.path.startswith("/"):
            yield f'url = "{_quoted(address + self.path)}"'
        else:
            yield f'url = "{_quoted(address)}"'
            yield f'request-target = "{_quoted(self.path)}"'
        yield self.protocol
        yield from ("insecure", "silent", "path-as-is", "globoff", 'output = "/dev/null"', "max-time = 60")
        yield 'write-out = "%{http_code} %{http_version}\\n"'
        if self.method == "HEAD":
            yield "head"
        elif self.method != "GET":
            yield f'request = "{self.method}"'
        if self.body is not None:
            yield f'data-raw = "{_quoted(self.body)}"'
        yield from (f'header = "{_quoted(line)}"' for line in self.headers)


@dataclass(frozen=True, slots=True)
class Behind:
    """The site, where nginx serves it, and where everybody's log lines are."""

    site: Site
    address: str
    work_dir: Path

    def ask(self, *ways: Way, interface: str = "127.0.0.1") -> list[tuple[int, str]]:
        """Status and version of HTTP of each answer."""
        config = "\nnext\n".join("\n".join(way.lines(self.address)) for way in ways)
        command = [find_program("curl"), "--interface", interface, "-K", "-"]
        told = subprocess.run(command, input=config, capture_output=True, text=True, check=False, timeout=120)
        answers = [line.split() for line in told.stdout.splitlines()]
        assert len(answers) == len(ways), (told.stdout, told.stderr)
        return [(int(status), version) for status, version in answers]

    def logs(self) -> str:
        """All that nginx wrote down."""
        return "".join((self.work_dir / name).read_text() for name in ("access.log", "nginx.log"))


@contextmanager
def serve_behind_nginx(settings: Settings, program: str, work_dir: Path, datasets: int) -> Iterator[Behind]:
    """A site with that many datasets; `settings` trust one proxy."""
    work_dir.chmod(0o755)
    port, behind = free_port(), free_port()
    with open_site(settings, datasets) as site:
        server = open_server(site.app, "127.0.0.1", behind)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        certificate = _certificate(work_dir / "site.pem")
        configuration = nginx_configuration(work_dir, port, behind, settings.var_dir / "store", certificate)
        with running([program, "-c", str(configuration), "-e", str(work_dir / "nginx.log")], dict(os.environ)):
            served = Behind(site, f"https://127.0.0.1:{port}", work_dir)
            _await(served)
            yield served
        server.close()
        thread.join(timeout=10)


def _await(served: Behind) -> None:
    for _ in range(100):
        if served.ask(Way("/healthz")) == [(200, "2")]:
            return
        threading.Event().wait(0.1)
    pytest.fail(f"nginx did not start: {served.logs()}")


def _certificate(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    encoding = serialization.Encoding.PEM
    plain = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(plain + made.public_bytes(encoding))
    return path


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
