"""What all pages of an account share: they are one person's, carry a form token, and tell what was just done."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.utils import redirect

from portal.http.context import language, parts
from portal.http.cookies import find_signed_in
from portal.http.forms import FIELD, form_token
from portal.http.rendering import render_page
from portal.kernel.text import Language

_DONE = frozenset(
    {
        "address", "address-mail", "code-off", "code-on", "decided", "deleted", "key-revoked", "name", "password", "provider-off",
        "provider-on",
        "signed-out", "signed-out-others",
    }
)  # fmt: skip


def show_account(template: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
    """A page of the account; nobody keeps it on the way. `templates/account/frame.html` is its frame."""
    person = find_signed_in(request, parts())
    done = request.args.get("done", "")
    frame: dict[str, Any] = {
        "form_token": form_token(),
        "form_field": FIELD,
        "person": None if person is None or person.needs_code else person,
        "done": done if done in _DONE and request.method == "GET" else "",
        "fault": "",
        "given": {},
        "is_for_staff": False,
        "provider_name": _provider_name(),
        "has_mail": sends_mail(),
    }
    path = template if "/" in template else f"account/{template}"
    response = render_page(path, {**frame, **values}, status=status, alternates=False)
    response.headers["Cache-Control"] = "no-store"
    # Not `no-referrer`: browsers then send `Origin: null` with our own forms. Neither policy tells the link of a mail.
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers.pop("ETag", None)
    return response


def sends_mail() -> bool:
    """Whether links can be sent: the site has an address that mail comes from. The server itself is the worker's matter."""
    return bool(parts().settings.smtp_from)


def _provider_name() -> str:
    """What the sign-in provider is called in the page's language; blank without one."""
    given = parts()
    if given.provider is None:
        return ""
    return given.settings.oidc_name_zh if language() is Language.ZH else given.settings.oidc_name_en


def go_to(page: str = "", *, done: str = "", next_path: str = "") -> Response:
    """On to a page of the account after a form was taken, so that reloading sends nothing twice."""
    path = f"/{language().value}/account{page}"
    response = redirect(next_path or (f"{path}?{urlencode({'done': done})}" if done else path), 303, Response)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    return response


def own_path(text: str) -> str:
    """The path where somebody wanted to go before signing in, if it is a page of ours; else blank."""
    is_ours = text.startswith(("/zh/", "/en/")) and text.isascii() and text.isprintable() and len(text) <= 600
    return text if is_ours and "\\" not in text and "//" not in text.partition("?")[0] else ""
