"""`ckanapi` on the guarded transport: what it takes for a `requests` session is ours, so nothing leaves unguarded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import ckanapi
from ckanapi.errors import (
    CKANAPIError,
    NotAuthorized,
    NotFound,
    SearchError,
    SearchIndexError,
    SearchQueryError,
    ServerIncompatibleError,
    ValidationError,
)

from harvesters.answers import Notes, check_status, read_json, refuse_html
from harvesters.errors import SkipRecord, StopRun, TooLarge, about
from harvesters.protocols import Transport

# Without a common root: ServerIncompatibleError never has one, the others not where CKAN itself is installed.
_FAILURES = (
    CKANAPIError, SearchError, SearchIndexError, SearchQueryError, ServerIncompatibleError, ValidationError, KeyError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SessionReply:
    """The two attributes of an answer that `ckanapi` reads."""

    status_code: int
    text: str


class GuardedSession:
    """A session in the shape that `ckanapi` expects; reading only."""

    def __init__(self, transport: Transport, notes: Notes) -> None:
        self._transport = transport
        self._notes = notes

    def get(
        self,
        url: str,
        params: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> SessionReply:
        """GET through the guard. A busy server and a login page are recognised before `ckanapi` sees them."""
        sent = {name: str(value) for name, value in (params or {}).items()}
        reply = self._transport.request("GET", url, params=sent, headers=headers)
        where = _where(url)
        refuse_html(reply.body, reply.headers.get("content-type", ""), where)
        if reply.status in {200, 429} or reply.status >= 500:
            check_status(reply.status, where, after=reply.headers.get("retry-after", ""))
            value = read_json(reply, where, self._notes)
            return SessionReply(reply.status, json.dumps(value))
        try:
            text = reply.body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise StopRun(f"{where} did not answer in UTF-8; is this the address of a CKAN?") from error
        return SessionReply(reply.status, text)

    def post(self, url: str, **_: object) -> SessionReply:
        """Never used: the client only reads."""
        raise StopRun(f"{_where(url)}: a harvest only reads.")

    def close(self) -> None:
        """Nothing to close: the transport belongs to the caller."""


class CkanActions:
    """Calls of the Action API v3 with the errors of this package."""

    def __init__(self, base_url: str, api_key: str, transport: Transport) -> None:
        self.notes = Notes()
        self._where = urlsplit(base_url).hostname or ""
        self._remote = ckanapi.RemoteCKAN(
            base_url,
            apikey=api_key or None,
            user_agent="district-data-portal/1",
            get_only=True,
            session=GuardedSession(transport, self.notes),
        )

    def call(self, action: str, *, record_id: str = "", **parameters: object) -> object:
        """The `result` of an action. Raises SkipRecord where the call is about one record, else StopRun."""
        where = f"{action} of {self._where}"
        try:
            result: object = self._remote.call_action(action, parameters)
        except (NotFound, NotAuthorized) as error:
            what = "does not exist" if isinstance(error, NotFound) else "may not be read with this source's key"
            if record_id:
                raise SkipRecord(f"{where}: {record_id[:80]!r} {what}.", record_id=record_id) from error
            raise StopRun(f"{where} {what}; is this the address of a CKAN?") from error
        except TooLarge as error:
            raise about(error, record_id) from error
        except _FAILURES as error:
            told = f"{where} failed ({type(error).__name__})"
            if record_id and isinstance(error, ValidationError):
                raise SkipRecord(f"{told} for {record_id[:80]!r}.", record_id=record_id) from error
            raise StopRun(f"{told}; is this the address of a CKAN?") from error
        return result


def _where(url: str) -> str:
    split = urlsplit(url)
    return f"{split.hostname}{split.path}"
