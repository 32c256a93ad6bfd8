"""How a provider may not behave, what people are told then, and settings that do not fit."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from portal.accounts.oidc import Fault, OidcProvider
from portal.accounts.sessions import start_session
from portal.settings import Settings, SettingsError
from tests.accounts.asked_provider import QUICK, fault_of, registration_of, vouched_by
from tests.accounts.lying_provider import CLIENT, Liar
from tests.accounts.people import make_person, send_form
from tests.accounts.provider_site import serve_site
from tests.http.site import open_site
from tests.services.processes import free_port


def _redirects(path: str, handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(302)
    handler.send_header("Location", "/elsewhere")
    handler.send_header("Content-Length", "0")
    handler.end_headers()
    return True


def _never_ends(path: str, handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(40):  # each piece in time, the whole too late
        time.sleep(0.1)
        try:
            handler.wfile.write(b" ")
        except OSError:
            break
    return True


def _too_much(path: str, handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(200)
    handler.end_headers()
    try:
        handler.wfile.write(b"[" * 200_000)
    except OSError:
        return True
    return True


def _html(path: str, handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Length", "6")
    handler.end_headers()
    handler.wfile.write(b"<html>")
    return True


def _broken(path: str, handler: BaseHTTPRequestHandler) -> bool:
    handler.send_error(500)
    return True


@pytest.mark.parametrize("answer", [_redirects, _never_ends, _too_much, _html, _broken])
def test_a_provider_that_misbehaves_counts_as_away(
    liar: Liar, provider: OidcProvider, answer: Callable[[str, BaseHTTPRequestHandler], bool]
) -> None:
    liar.answer = answer
    assert fault_of(provider) is Fault.AWAY
    liar.answer = None
    assert fault_of(provider) is Fault.AWAY  # for some seconds nobody waits again
    assert len(liar.asked) == 1


def test_a_token_endpoint_that_redirects_is_not_followed_with_the_code(liar: Liar, provider: OidcProvider) -> None:
    liar.answer = lambda path, handler: path == "/token" and _redirects(path, handler)
    assert fault_of(provider) is Fault.AWAY
    assert "/elsewhere" not in liar.asked


def test_a_provider_that_came_back_is_asked_again(liar: Liar) -> None:
    clock = [0.0]
    provider = OidcProvider(registration_of(liar), limits=QUICK, clock=lambda: clock[0])
    liar.answer = _broken
    assert fault_of(provider) is Fault.AWAY
    liar.answer, clock[0] = None, 11.0
    assert vouched_by(provider).subject == "p-1"
    provider.close()


def test_a_slow_provider_holds_four_and_refuses_the_fifth_at_once(liar: Liar) -> None:
    waiting, go_on = threading.Semaphore(0), threading.Event()

    def wait(path: str, handler: BaseHTTPRequestHandler) -> bool:
        waiting.release()
        go_on.wait(20)
        return False

    liar.answer = wait
    provider = OidcProvider(registration_of(liar), limits=replace(QUICK, read_s=20.0, total_s=20.0))
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(vouched_by(provider).subject)) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert all(waiting.acquire(timeout=20) for _ in threads)
    assert fault_of(provider) is Fault.AWAY
    go_on.set()
    for thread in threads:
        thread.join(timeout=30)
    assert found == ["p-1"] * 4
    provider.close()


def test_pages_say_what_is_wrong_in_both_languages(tmp_path: Path) -> None:
    port, away = free_port(), f"127.0.0.1:{free_port()}"
    settings = Settings(
        var_dir=tmp_path, secret_key="00" * 32, limit_factor=1_000, oidc_issuer=f"http://{away}",
        oidc_client_id=CLIENT, oidc_hosts=away,
    )  # fmt: skip
    with serve_site(settings, port) as served:
        visitor = served.visitor()
        for language, words in (("en", "does not answer just now"), ("zh", "统一身份认证平台暂时没有响应")):
            page = visitor.send(f"/{language}/account/provider/sign-in", f"/{language}/account/sign-in")
            assert (page.status_code, words in page.text) == (503, True)
            assert page.headers["Retry-After"] == "30"
            for why in Fault:
                told = visitor.get(f"/{language}/account/provider/trouble?why={why.value}")
                assert told.status_code in {400, 409, 503}
        assert visitor.get("/en/account/provider/trouble?why=else").status_code == 404
        for answer in ("code=x&state=y", "code=x&code=y&state=y", "", "error=access_denied"):
            assert visitor.get(f"/en/account/provider/answer?{answer}").status_code == 400
        assert visitor.get("/account/provider/signed-out?state=en").url.path == "/en/account/sign-in"
        assert visitor.get("/account/provider/signed-out?state=//evil.example").url.path == "/zh/account/sign-in"
        bare = visitor.http.post(f"{served.address}/en/account/provider/sign-in", data={})
        assert bare.status_code == 403


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"OIDC_ISSUER": "https://id.example.cn"}, "CLIENT_ID"),
        ({"OIDC_CLIENT_ID": "portal"}, "ISSUER"),
        ({"OIDC_ISSUER": "http://id.example.cn", "OIDC_CLIENT_ID": "portal"}, "HOSTS"),
        ({"OIDC_ISSUER": "https://id.example.cn/?x=1", "OIDC_CLIENT_ID": "portal"}, "ISSUER"),
        ({"OIDC_ISSUER": "id.example.cn", "OIDC_CLIENT_ID": "portal"}, "ISSUER"),
        ({"OIDC_VERIFIED_CLAIM": "level"}, "VERIFIED_VALUES"),
        ({"OIDC_SCOPES": "profile"}, "SCOPES"),
        ({"OIDC_VERIFIED_DAYS": "0"}, "VERIFIED_DAYS"),
    ],
    ids=str,
)
def test_settings_that_do_not_go_together_are_named(values: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.from_environment({f"PORTAL_{name}": value for name, value in values.items()})


def test_answers_are_counted_like_every_try_to_sign_in(tmp_path: Path) -> None:
    with open_site(Settings(var_dir=tmp_path, secret_key="00" * 32)) as site:
        answers = [site.client.get("/zh/account/provider/answer?code=x&state=y").status_code for _ in range(21)]
    assert answers == [303] * 20 + [429]


def test_without_a_provider_there_is_no_button_and_nothing_to_begin(tmp_path: Path) -> None:
    with open_site(Settings(var_dir=tmp_path, secret_key="00" * 32)) as site:
        client = site.client
        assert "account/provider" not in client.get("/zh/account/sign-in").text
        assert send_form(client, "/zh/account/provider/sign-in", page="/zh/account/sign-in").status_code == 404


def test_signing_out_here_does_not_depend_on_the_provider(liar: Liar, tmp_path: Path) -> None:
    values = {"oidc_issuer": liar.issuer, "oidc_client_id": CLIENT, "oidc_hosts": "127.0.0.1"}
    settings = Settings(var_dir=tmp_path, secret_key="00" * 32, limit_factor=100, **values)  # type: ignore[arg-type]
    with open_site(settings) as site:
        for is_away, ends in ((False, None), (True, f"{liar.issuer}/end")):
            liar.metadata, liar.answer = {"end_session_endpoint": ends}, _broken if is_away else None
            person, client = make_person(site.parts.database, f"{is_away}@example.cn".lower()), site.client
            with site.parts.database.transaction() as session:
                cookie = start_session(
                    session, person.id, agent="", now=datetime.now(UTC), needs_code=False, by_provider=True
                )
            client.set_cookie("portal", cookie)
            done = send_form(client, "/en/account/sign-out", page="/en/account")
            assert done.headers["Location"] == "/en/account/sign-in?done=signed-out"
            assert client.get("/en/account").status_code == 303
