"""A served site that is registered at a sign-in provider, and a visitor without a browser who goes to both."""

import html
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import waitress

from portal.accounts.oidc.registration import AFTER_SIGN_OUT, CALLBACK
from portal.settings import Settings
from tests.http.site import Site, open_site
from tests.services.processes import free_port


def set_person(issuer: str, sub: str, **claims: object) -> str:
    """Give the provider a person, or change what it says of them; the name to sign in with there."""
    httpx.post(f"{issuer}/test/people", json={"sub": sub, "claims": claims}).raise_for_status()
    return sub


def rotate_keys(issuer: str) -> None:
    """Let the provider sign with new keys; the old ones are gone."""
    httpx.post(f"{issuer}/test/keys").raise_for_status()


def register_client(issuer: str, base: str, **values: object) -> dict[str, Any]:
    """Register a site at the provider (RFC 7591); its answer."""
    asked = {"redirect_uris": [base + CALLBACK], "post_logout_redirect_uris": [base + AFTER_SIGN_OUT], **values}
    answer = httpx.post(f"{issuer}/reg", json=asked).raise_for_status()
    return dict(answer.json())


@dataclass(frozen=True)
class Served:
    """A site and where it is served."""

    site: Site
    address: str
    issuer: str
    opened: list[httpx.Client] = field(default_factory=list)

    def visitor(self) -> "Visitor":
        """A new one; all of them are closed with the site."""
        visitor = Visitor(self)
        self.opened.append(visitor.http)
        return visitor


@contextmanager
def serve_site(settings: Settings, port: int) -> Iterator[Served]:
    """The site by a real server on this port, the settings' public address."""
    with open_site(replace(settings, base_url=f"http://127.0.0.1:{port}")) as site:
        served = Served(site, f"http://127.0.0.1:{port}", settings.oidc_issuer)
        server = waitress.create_server(site.app, host="127.0.0.1", port=port, threads=6)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield served
        finally:
            for client in served.opened:
                client.close()
            server.close()
            thread.join(timeout=10)


@contextmanager
def serve_registered(issuer: str, var: Path, **values: Any) -> Iterator[Served]:
    """A site that the real provider knows, with the claim `realname.level` for verified people."""
    port = free_port()
    client = register_client(issuer, f"http://127.0.0.1:{port}")
    secret = var / "client-secret"
    secret.write_text(client["client_secret"] + "\n")
    settings = Settings(
        var_dir=var / "var", secret_key="00" * 32, quarantine_key="11" * 32, limit_factor=1_000,
        oidc_issuer=issuer, oidc_client_id=client["client_id"], oidc_client_secret_file=secret,
        oidc_verified_claim="realname.level", oidc_verified_values="2,3", oidc_hosts=issuer.removeprefix("http://"),
        oidc_name_en="Sample ID", oidc_name_zh="样例统一认证",
    )  # fmt: skip
    with serve_site(replace(settings, **values), port) as served:
        yield served


def field_of(page: str, name: str) -> str:
    """The value of the first hidden field of that name."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page[:3000]
    return html.unescape(found.group(1))


def onward_of(page: str) -> str:
    """Where the page sends the browser on to."""
    found = re.search(r'id="onward" href="([^"]+)"', page)
    assert found, page[:3000]
    return html.unescape(found.group(1))


class Visitor:
    """A browser without a screen: one jar of cookies, redirects followed, forms filled in."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.http = httpx.Client(follow_redirects=True, timeout=30)

    def get(self, path: str) -> httpx.Response:
        return self.http.get(self.served.address + path if path.startswith("/") else path)

    def send(self, path: str, page: str, **fields: str) -> httpx.Response:
        """Send a form of a page of the site."""
        token = field_of(self.get(page).text, "form_token")
        return self.http.post(self.served.address + path, data={"form_token": token, **fields})

    def set_out(self, language: str = "en", **fields: str) -> str:
        """Press the button on the sign-in page; the address at the provider that the browser goes on to."""
        page = self.send(f"/{language}/account/provider/sign-in", f"/{language}/account/sign-in", **fields)
        assert page.status_code == 200, page.text[:2000]
        return onward_of(page.text)

    def sign_in(self, sub: str, language: str = "en", **fields: str) -> httpx.Response:
        """The whole way; the page where it ends."""
        return self.go_through(self.set_out(language, **fields), sub)

    def go_through(self, address: str, sub: str) -> httpx.Response:
        """Sign in at the provider and agree, where it asks."""
        return self.get(self.answer_of(address, sub))

    def answer_of(self, address: str, sub: str) -> str:
        """The address at the site that the provider sends the browser back to, which is not fetched."""
        for _ in range(20):
            page = self.http.get(address, follow_redirects=False)
            if not page.is_redirect:
                page = self._agree(page, sub)
            address = str(page.url.join(page.headers["location"]))
            if address.startswith(self.served.address):
                return address
        raise AssertionError(f"the provider sends round and round: {address}")

    def _agree(self, page: httpx.Response, sub: str) -> httpx.Response:
        found = re.search(r'<form[^>]*action="([^"]*/interaction/[^"]+)"', page.text)
        assert found, page.text[:2000]
        asked = field_of(page.text, "prompt")
        login = {"login": sub, "password": "x"} if asked == "login" else {}
        action = page.url.join(html.unescape(found.group(1)))
        return self.http.post(action, data={"prompt": asked, **login}, follow_redirects=False)
