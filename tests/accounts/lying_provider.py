"""A sign-in provider that lies as it is told: the answers of an attacker, which no honest program gives."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, NONCE, NOW = "portal", "the nonce of this visit", 1_800_000_000


@cache
def usual_key() -> RSAKey:
    """The key that every one of them begins with: making one takes longer than a test."""
    return RSAKey.generate_key(2048, auto_kid=True)


@dataclass
class Liar:
    """What it says. `asked` are the paths that were asked for; `sign` makes the ID token of a set of claims."""

    issuer: str
    key: RSAKey = field(default_factory=usual_key)
    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    sign: Callable[["Liar", dict[str, Any]], str] | None = None
    answer: Callable[[str, BaseHTTPRequestHandler], bool] | None = None
    asked: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)

    def all_claims(self) -> dict[str, Any]:
        """Right ones, but for what was told otherwise; None leaves a claim out."""
        right = {"iss": self.issuer, "aud": CLIENT, "sub": "p-1", "nonce": NONCE, "iat": NOW, "exp": NOW + 300}
        return {name: value for name, value in (right | self.claims).items() if value is not None}

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, **header}, claims, self.key)

    def body(self, path: str) -> dict[str, Any] | None:
        """The JSON answer of an endpoint."""
        match path:
            case "/.well-known/openid-configuration":
                names = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "jwks"}
                right: dict[str, Any] = {name: f"{self.issuer}/{value}" for name, value in names.items()}
                return {"issuer": self.issuer, "userinfo_endpoint": f"{self.issuer}/me", **right} | self.metadata
            case "/jwks":
                return dict(KeySet([self.key]).as_dict(private=False))
            case "/token":
                claims = self.all_claims()
                token = self.sign(self, claims) if self.sign else self.signed(claims)
                return {"id_token": token, "access_token": "access", "token_type": "Bearer"}
            case "/me":
                return {"sub": "p-1"} | self.userinfo
        return None


@contextmanager
def lying_provider() -> Iterator[Liar]:
    """Serve it on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            liar.asked.append(self.path)
            length = int(self.headers.get("Content-Length", "0"))
            if length:
                liar.forms.append(self.rfile.read(length).decode())
            if liar.answer and liar.answer(self.path, self):
                return
            content = json.dumps(liar.body(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    liar = Liar(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
