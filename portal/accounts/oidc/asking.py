"""Requests to the provider through the guarded client: short, small, never redirected, and never sent twice."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

import orjson

from portal.accounts.oidc.errors import Fault, ProviderRefused
from portal.accounts.oidc.registration import Registration
from portal.outbound import Answer, GuardedClient, OutboundError, OutboundLimits, RetryRule

LIMITS = OutboundLimits(connect_s=3.0, read_s=5.0, total_s=8.0, max_bytes=512 * 1024, redirects=0)
_LONGEST_TOKEN = 100_000


@dataclass(frozen=True, slots=True)
class Granted:
    """What the token endpoint gave for a code."""

    id_token: str
    access_token: str


class Asker:
    """Asks the provider. Use it inside this package only: its caller says which addresses are the provider's."""

    def __init__(self, registration: Registration, limits: OutboundLimits = LIMITS) -> None:
        self._registration = registration
        self._client = GuardedClient(registration.hosts, limits=limits, retry=RetryRule(attempts=1))

    def close(self) -> None:
        """Give back all connections."""
        self._client.close()

    def get_json(self, address: str, *, bearer: str = "") -> Mapping[str, object]:
        """A JSON object. Raises ProviderRefused."""
        headers = {"accept": "application/json"} | ({"authorization": f"Bearer {bearer}"} if bearer else {})
        answer = self._send("GET", address, headers)
        if answer.status != 200:
            raise ProviderRefused(Fault.AWAY, f"the provider answers {answer.status} where its document should be")
        return _object(answer.body)

    def redeem(self, address: str, form: Mapping[str, str], *, uses_basic: bool) -> Granted:
        """The tokens for a code. Raises ProviderRefused."""
        secret, client_id = self._registration.read_secret(), self._registration.client_id
        headers = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"}
        sent = dict(form)
        if secret and uses_basic:  # RFC 6749, 2.3.1: both are form-encoded first
            pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            sent |= {"client_id": client_id} | ({"client_secret": secret} if secret else {})
        answer = self._send("POST", address, headers, urlencode(sent).encode())
        if answer.status != 200:
            raise _refusal(answer)
        told = _object(answer.body)
        id_token, access_token = told.get("id_token"), told.get("access_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str) or len(id_token) > _LONGEST_TOKEN:
            raise ProviderRefused(Fault.UNTRUSTED, "the provider gave no ID token (is `openid` among the scopes?)")
        return Granted(id_token, access_token)

    def _send(self, method: str, address: str, headers: Mapping[str, str], content: bytes | None = None) -> Answer:
        try:
            return self._client.request(method, address, headers=headers, content=content)
        except OutboundError as error:
            raise ProviderRefused(
                Fault.AWAY, f"the provider cannot be asked: {type(error).__name__}: {error}"
            ) from error


def _refusal(answer: Answer) -> ProviderRefused:
    """Why the token endpoint declined: RFC 6749, 5.2."""
    if answer.status >= 500 or answer.status == 429:
        return ProviderRefused(Fault.AWAY, f"its token endpoint answers {answer.status}")
    try:
        code = str(_object(answer.body).get("error", ""))
    except ProviderRefused:
        code = ""
    if code == "invalid_grant":
        return ProviderRefused(Fault.OLD, "the code was used already, or its time is over")
    known = code if code in {"invalid_client", "unauthorized_client", "invalid_request", "invalid_scope"} else "?"
    return ProviderRefused(
        Fault.SETTINGS, f"its token endpoint answers {answer.status} {known}: check client id, secret and addresses"
    )


def _object(body: bytes) -> Mapping[str, object]:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProviderRefused(Fault.AWAY, "the provider's answer is not JSON") from error
    if not isinstance(told, dict):
        raise ProviderRefused(Fault.AWAY, "the provider's answer is not a JSON object")
    return told
