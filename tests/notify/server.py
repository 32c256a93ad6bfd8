"""A real SMTP server on loopback that does as it is told: take mail, refuse it, want encryption, go away."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.services.processes import free_port

USER, PASSWORD = "portal", "a password of the mail server"


@dataclass
class Postbox:
    """What arrived. `answers`: what to say to the next RCPT or DATA instead of taking it, address → answer."""

    messages: list[EmailMessage] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    on_rcpt: dict[str, str] = field(default_factory=dict)
    on_data: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.on_rcpt:
            return self.on_rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.on_data:
            return self.on_data.pop(0)
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.messages.append(message)
        self.bodies.append(envelope.content)
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 taken"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.logins.append(data.login.decode())
        return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)


class _Controller(Controller):
    def __init__(self, postbox: Postbox, starttls: ssl.SSLContext | None, needs_login: bool, **options: Any) -> None:
        self._postbox, self._starttls, self._needs_login = postbox, starttls, needs_login
        super().__init__(postbox, hostname="127.0.0.1", **options)

    def factory(self) -> SMTP:
        return SMTP(
            self._postbox,
            hostname="mail.test",
            tls_context=self._starttls,
            require_starttls=self._starttls is not None,
            authenticator=self._postbox.authenticate,
            auth_required=self._needs_login and self._starttls is not None,
            auth_require_tls=self._starttls is not None,  # it knows nothing of encryption from the first byte
            enable_SMTPUTF8=False,
        )


@contextmanager
def postbox(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    needs_login: bool = False,
    port: int = 0,
) -> Iterator[Postbox]:
    """A server for the block."""
    box = Postbox(port=port or free_port())
    controller = _Controller(box, starttls, needs_login, port=box.port, ssl_context=tls)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def certificate(directory: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context for 127.0.0.1, and the certificate that a client has to trust for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, key_path = directory / "mail.pem", directory / "mail.key"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)
    return context, path
