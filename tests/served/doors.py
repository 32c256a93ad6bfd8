"""Two ways to ask a portal: through the application in this process, or over HTTP through whatever stands in front."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from flask.testing import FlaskClient

_WAITS = 120
_LONGEST_WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, whatever its status; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def mimetype(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip()

    @property
    def head(self) -> str:
        """The headers as text: a file's name is public too."""
        return "\n".join(f"{name}: {value}" for name, value in self.headers.items())


class Door(Protocol):
    """Where questions go. `address` begins with a slash."""

    def ask(self, address: str, method: str = "GET") -> Reply: ...


@dataclass(frozen=True, slots=True)
class InProcess:
    """The application itself, without a server. `make_files`: what a worker does when a file is to be made (202)."""

    client: FlaskClient
    make_files: Callable[[], object] = lambda: None

    def ask(self, address: str, method: str = "GET") -> Reply:
        reply = self._once(address, method)
        if reply.status == 202 and method == "GET":
            self.make_files()
            reply = self._once(address, method)
        return reply

    def _once(self, address: str, method: str) -> Reply:
        with self.client.open(address, method=method) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Reply(answer.status_code, headers, answer.get_data())


@dataclass(frozen=True, slots=True)
class OverHttp:
    """A running portal. Budgets and files that are being made are waited for, as a patient client does."""

    base_url: str

    def ask(self, address: str, method: str = "GET") -> Reply:
        for _ in range(_WAITS):
            reply = self._once(address, method)
            if reply.status not in {202, 429, 503} or method == "HEAD":
                return reply
            time.sleep(min(_LONGEST_WAIT_S, float(reply.headers.get("retry-after", "1"))))
        raise AssertionError(f"{address} was never ready: {reply.status}")

    def _once(self, address: str, method: str) -> Reply:
        request = urllib.request.Request(self.base_url + address, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Reply(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())
