"""The servers that people meet, as processes: waitress as in the embedded default, nginx before gunicorn as in production."""

import getpass
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.paths import ROOT
from portal.tables.waiting import WEB_THREADS
from tests.services.processes import free_port

FACTOR = "1000000"
_WAITRESS = """
import logging, sys
import structlog, waitress
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
from portal.tables.waiting import WEB_THREADS
from portal.wsgi import app
waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=WEB_THREADS)
"""
_GUNICORN_CONFIGURATION = """
import logging, structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
"""
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True, slots=True)
class Served:
    """Where a server listens, and the process that makes files (of several: the one that started the others)."""

    port: int
    pid: int


@contextmanager
def waitress(var_dir: Path, **environment: str) -> Iterator[Served]:
    """One waitress process, with settings by the name of their variable."""
    port = free_port()
    with running([sys.executable, "-c", _WAITRESS, str(port)], _environment(var_dir) | environment) as pid:
        await_port(port)
        yield Served(port, pid)


@contextmanager
def nginx(var_dir: Path, work_dir: Path, program: str, *, blobs: str = "store", **settings: str) -> Iterator[Served]:
    """nginx with the production configuration, and gunicorn with two processes behind it. nginx sends from the directory
    `blobs` in `var_dir`."""
    port, behind = free_port(), free_port()
    work_dir.mkdir(parents=True, exist_ok=True)
    (work_dir / "gunicorn.py").write_text(_GUNICORN_CONFIGURATION)
    bound = f"127.0.0.1:{behind}"
    gunicorn = [
        sys.executable,
        "-m",
        "gunicorn",
        "portal.wsgi:app",
        "--bind",
        bound,
        "--workers",
        "2",
        "--threads",
        str(WEB_THREADS),
    ]
    gunicorn += ["--worker-class", "gthread", "-c", str(work_dir / "gunicorn.py"), "--log-level", "warning"]
    environment = _environment(var_dir) | {"PORTAL_ACCEL_PREFIX": "/_blobs/", "PORTAL_TRUSTED_PROXIES": "1"} | settings
    configuration = nginx_configuration(work_dir, port, behind, var_dir / blobs)
    with running(gunicorn, environment) as pid:
        await_port(behind)
        with running([program, "-c", str(configuration), "-e", str(work_dir / "nginx.log")], dict(os.environ)):
            await_port(port)
            yield Served(port, pid)


def nginx_configuration(work_dir: Path, port: int, behind: int, blobs: Path, certificate: Path | None = None) -> Path:
    """The production configuration for these ports; with a certificate (and its key, in one file) over TLS and HTTP/2."""
    protocols = " ssl http2" if certificate else ""
    signed = f"ssl_certificate {certificate}; ssl_certificate_key {certificate};\n" if certificate else ""
    template = (ROOT / "docker/nginx/portal.conf.template").read_text(encoding="utf-8")
    values = {
        "NGINX_UPSTREAM": f"127.0.0.1:{behind}",
        "NGINX_LISTEN": f"127.0.0.1:{port}{protocols}",
        "NGINX_BLOBS": str(blobs),
    }
    values |= {"NGINX_ACCESS_LOG": str(work_dir / "access.log"), "NGINX_ERROR_LOG": str(work_dir / "nginx.log")}
    for name, value in values.items():
        template = template.replace(f"${{{name}}}", value)
    (work_dir / "portal.conf").write_text(template, encoding="utf-8")
    user = f"user {getpass.getuser()};\n" if os.geteuid() == 0 else ""
    whole = work_dir / "nginx.conf"
    whole.write_text(
        f"{user}pid {work_dir}/nginx.pid; error_log {work_dir}/nginx.log; daemon off;\n"
        f"events {{ worker_connections 512; }}\nhttp {{ include /etc/nginx/mime.types; access_log off;\n"
        + "".join(f"{kind}_temp_path {work_dir}/nginx-{kind};\n" for kind in _TEMPORARY)
        + f"{signed}include {work_dir}/portal.conf; }}\n",
        encoding="utf-8",
    )
    return whole


def _environment(var_dir: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return inherited | {"PORTAL_VAR_DIR": str(var_dir), "PORTAL_LIMIT_FACTOR": FACTOR, "PORTAL_LOG_LEVEL": "WARNING"}


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def await_port(port: int) -> None:
    for _ in range(1_200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except OSError:  # not there yet: refused, reset or too slow
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The server did not start; see the messages above.")
