"""The production stack as processes: docker/'s commands and environments against real servers on this machine."""

import contextlib
import os
import signal
import string
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import make_url

from portal.paths import ROOT
from tests.journey.compose import Service, moved, read_example_env, read_services
from tests.services.processes import free_port


@dataclass(frozen=True, slots=True)
class Servers:
    """Addresses of the real servers that stand in for the composed ones."""

    postgres: str  # SQLAlchemy URL of an empty database
    redis: str
    elasticsearch: str
    s3: str
    nginx: str  # the program


@dataclass
class Stack:
    """Runs composed services as processes; `stop()` ends them all and keeps their logs in `directory`.

    `settings`: variables of the portal that the composition leaves at their defaults.
    """

    servers: Servers
    directory: Path
    bucket: str
    settings: Mapping[str, str] = field(default_factory=dict)
    base_url: str = field(init=False)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._nginx_port, self._web_port = free_port(), free_port()
        self.base_url = f"http://127.0.0.1:{self._nginx_port}"
        variables = {
            **read_example_env(),
            "BASE_URL": self.base_url,
            "STORE_BUCKET": self.bucket,
            "SECRET_KEY": "5e" * 32,
        }
        self._services = read_services(variables)
        database = make_url(self.servers.postgres)
        self._places = {
            "postgres:5432/portal": f"{database.host}:{database.port}/{database.database}",
            f":{variables['REDIS_PASSWORD']}@redis:6379": self.servers.redis.removeprefix("redis://").removesuffix(
                "/0"
            ),
            "elasticsearch:9200": self.servers.elasticsearch.removeprefix("http://"),
            "http://store:9000": self.servers.s3,
            "/var/lib/portal": str(self.directory),
            "0.0.0.0:8000": f"127.0.0.1:{self._web_port}",
            "portal:8000": f"127.0.0.1:{self._web_port}",
        }
        for user in ("web", "worker"):
            (self.directory / user).mkdir(parents=True)

    def environment(self, name: str) -> dict[str, str]:
        """What the composed service would find in its environment, with real addresses."""
        composed = moved(self._service(name).environment, self._places)
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PORTAL_", "WEB_", "TEST_"))}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return {
            **inherited,
            **composed,
            **self.settings,
            "PATH": path,
            "WEB_TMP": str(self.directory),
            "PYTHONUNBUFFERED": "1",
        }

    def run(self, name: str, command: Sequence[str] = (), timeout_s: float = 600) -> str:
        """Run a one-off (the service's own command, or one given) to its end; its output. Raises when it fails."""
        done = subprocess.run(
            list(command or self._service(name).command), cwd=ROOT, env=self.environment(name),
            capture_output=True, text=True, timeout=timeout_s, check=False,
        )  # fmt: skip
        if done.returncode:
            raise AssertionError(f"{name} {command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def start(self, name: str) -> None:
        """Start a long-running service in a process group of its own."""
        with (self.directory / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                self._service(name).command, cwd=ROOT, env=self.environment(name), stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def start_nginx(self) -> None:
        """Fill in the template as the image's entry point does, and start nginx with it."""
        listen = {**self._service("nginx").environment, "NGINX_LISTEN": f"127.0.0.1:{self._nginx_port}"}
        listen |= {
            "NGINX_ACCESS_LOG": str(self.directory / "access.log"),
            "NGINX_ERROR_LOG": str(self.directory / "nginx.log"),
        }
        values = moved(listen, self._places)
        template = (ROOT / "docker/nginx/portal.conf.template").read_text(encoding="utf-8")
        for key, value in values.items():
            template = template.replace(string.Template("$${$key}").substitute(key=key), value)
        (self.directory / "portal.conf").write_text(template, encoding="utf-8")
        (self.directory / "nginx.conf").write_text(self._nginx_conf(), encoding="utf-8")
        command = [
            self.servers.nginx,
            "-c",
            str(self.directory / "nginx.conf"),
            "-e",
            str(self.directory / "nginx.log"),
        ]
        self._running["nginx"] = subprocess.Popen(command, start_new_session=True)

    def _nginx_conf(self) -> str:
        """What the image says around the portal's server; as root only so that it can read this test's directory."""
        lines = [
            "user root;" if os.geteuid() == 0 else "",
            f"pid {self.directory}/nginx.pid; error_log {self.directory}/nginx.log; daemon off;",
            "events { worker_connections 512; }",
            "http { include /etc/nginx/mime.types; access_log off;",
            *(f"{kind}_temp_path {self.directory}/nginx-{kind};" for kind in _NGINX_TEMPORARY),
            f"include {self.directory}/portal.conf; }}",
        ]
        return "\n".join(lines)

    def await_health(self, timeout_s: float = 120) -> None:
        """Wait until nginx answers for the portal."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.base_url}/healthz", timeout=5).close()
                return
            time.sleep(0.2)
        raise AssertionError(f"The portal did not answer:\n{self.log('portal')[-3000:]}")

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def kill(self, name: str) -> None:
        """SIGKILL to the service's whole process group, as a machine would lose it."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def stop(self) -> None:
        """End everything, politely first."""
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)

    def _service(self, name: str) -> Service:
        return self._services[name]


_NGINX_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextlib.contextmanager
def running(stack: Stack) -> Iterator[Stack]:
    """The stack with its database migrated and portal, worker and nginx up; all stopped at the end."""
    try:
        stack.run("migrate")
        for name in ("portal", "worker"):
            stack.start(name)
        stack.start_nginx()
        stack.await_health()
        yield stack
    finally:
        stack.stop()
