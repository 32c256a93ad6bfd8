"""Calls to the platform: signed, unwrapped from their envelope, tried again where that helps."""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from urllib.parse import urlsplit

from harvesters.answers import Notes, check_status, read_json, refuse_html
from harvesters.errors import RetryLater, SkipRecord, StopRun, TooLarge, about
from harvesters.exchange.config import ExchangeConfig
from harvesters.exchange.signers import Unsigned, schemes
from harvesters.exchange.signers.protocol import Making
from harvesters.protocols import Signed, Transport

_ATTEMPTS = 4
_LONGEST_ENVELOPE_BYTES = 8192
_DONE = {"0", "200"}
_EXPIRED = {"40103"}


class SecretExpired(RetryLater):
    """The short-lived signing secret is no longer good."""


class Connection:
    """The platform at `config.base_url`, asked through the guarded transport."""

    def __init__(
        self,
        config: ExchangeConfig,
        secret: Mapping[str, str],
        transport: Transport,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._config = config
        self._transport = transport
        self._clock = clock
        self._sleep = sleep
        self._prefix = urlsplit(config.base_url).path.rstrip("/")
        self._signer = schemes()[config.scheme].make(Making(secret, config.signing, self._ask, clock))
        self.notes = Notes()

    def call(
        self, path: str, params: Mapping[str, str], *, record_id: str = "", exact_numbers: bool = False
    ) -> Mapping[str, object]:
        """The `data` of a call. `exact_numbers` keeps the digits of numbers as text.

        An expired secret is renewed once for every failure; a busy platform is asked up to four times. Raises StopRun,
        RetryLater, or SkipRecord where `record_id` says that the call was about one record.
        """
        renewed = False
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._call_once(path, params, record_id, str if exact_numbers else None)
            except SecretExpired as error:
                if renewed or not self._signer.renew():
                    raise StopRun(
                        f"{self._where(path)} says that the signing secret expired, twice in a row."
                    ) from error
                renewed = True
            except RetryLater as error:
                if error.is_tried or attempt >= _ATTEMPTS:
                    raise
                self._sleep(min(30.0, error.after_s or 0.5 * 2**attempt))

    @contextmanager
    def download(self, path: str, *, record_id: str) -> Iterator[Iterator[bytes]]:
        """A file's bytes. A login page and an error in an answer of 200 are not taken for the file."""
        try:
            with self._opened_file(path, record_id) as chunks:
                yield chunks
            return
        except SecretExpired as error:
            if not self._signer.renew():
                raise StopRun(str(error)) from error
        with self._opened_file(path, record_id) as chunks:
            yield chunks

    @contextmanager
    def _opened_file(self, path: str, record_id: str) -> Iterator[Iterator[bytes]]:
        request = Unsigned("GET", self._prefix + path, {}, resource=record_id)
        where = self._where(path)
        with self._transport.stream("GET", self._config.base_url + path, sign=self._signing(request)) as stream:
            check_status(stream.status, where, after=stream.headers.get("retry-after", ""), record_id=record_id)
            refuse_html(b"", stream.headers.get("content-type", ""), where)
            chunks = stream.chunks()
            first = next(chunks, b"")
            _refuse_envelope(first, where, record_id)
            yield chain((first,) if first else (), chunks)

    def _call_once(
        self, path: str, params: Mapping[str, str], record_id: str, parse_number: Callable[[str], object] | None
    ) -> Mapping[str, object]:
        request = Unsigned("GET", self._prefix + path, params, resource=record_id)
        where = self._where(path)
        try:
            reply = self._transport.request(
                "GET", self._config.base_url + path, params=params, sign=self._signing(request)
            )
        except TooLarge as error:
            raise about(error, record_id) from error
        value = read_json(reply, where, self.notes, record_id=record_id, parse_number=parse_number)
        return _unwrapped(value, where, record_id)

    def _signing(self, request: Unsigned) -> Callable[[], Signed]:
        return lambda: self._signer.sign(request, now=self._clock(), nonce=secrets.token_hex(8))

    def _ask(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, json: object | None = None
    ) -> Mapping[str, object]:
        where = self._where(path)
        reply = self._transport.request(method, self._config.base_url + path, params=params, json=json)
        return _unwrapped(read_json(reply, where, self.notes), where, "")

    def _where(self, path: str) -> str:
        split = urlsplit(self._config.base_url)
        return f"{split.hostname}{self._prefix}{path}"


def _refuse_envelope(start: bytes, where: str, record_id: str) -> None:
    """Raise what an envelope asks for that came where a file was expected."""
    if len(start) > _LONGEST_ENVELOPE_BYTES or not start.lstrip().startswith(b"{"):
        return
    try:
        value = json.loads(start)
    except ValueError:
        return
    if isinstance(value, dict) and "code" in value and "data" in value and str(value["code"]) not in _DONE:
        _unwrapped(value, where, record_id)


def _unwrapped(value: object, where: str, record_id: str) -> Mapping[str, object]:
    """The `data` object of an envelope `{code, msg, data}`; platforms answer 200 and put the failure in `code`."""
    if not isinstance(value, Mapping):
        raise StopRun(f"{where} answered with JSON that is not an object; is this the address of the platform?")
    code = str(value.get("code", ""))
    if code in _DONE:
        data = value.get("data")
        if isinstance(data, Mapping):
            return data
        raise StopRun(f"{where} answered code {code} without data.")
    said = f"{where} answered code {code[:20]!r}"
    if code in _EXPIRED:
        raise SecretExpired(f"{said}: the signing secret expired.")
    if code.startswith(("401", "403")):
        raise StopRun(f"{said}: it refuses the signature or the key. Check the secret of this source and its clock.")
    if code.startswith(("429", "5")):
        raise RetryLater(f"{said}: it is busy or broken.")
    if record_id:
        raise SkipRecord(f"{said} for this record.", record_id=record_id)
    raise StopRun(f"{said}, which this source does not understand.")
