"""The webhooks of an account on pages: made, their secret shown once, tried, seen at work, deleted."""

from datetime import UTC, datetime

from flask import Response, request

from portal.catalogue.change_log import KINDS
from portal.http.context import parts, session
from portal.http.forms import check_form
from portal.http.policy import policy
from portal.http.sessions import signed_in
from portal.http.webhooks import make_webhook
from portal.kernel.errors import Gone, InvalidInput, NotFound
from portal.settings import site_secret
from portal.web.account.frame import go_to, show_account
from portal.webhooks import commands
from portal.webhooks.addresses import LONGEST_URL
from portal.webhooks.signing import secret_of

_PAGE = "/webhooks"
_LOG_SHOWN = 50


@policy(permission="own_account", budget="pages")
def show_webhooks() -> Response:
    """All webhooks, and the form for a new one."""
    return _page()


@policy(permission="own_account", budget="pages")
def make_own_webhook() -> Response:
    """Make a webhook and show its secret, this once."""
    check_form()
    person, form = signed_in(), request.form
    given = {name: form.get(name, "").strip()[:1_000] for name in ("url", "dataset", "words")}
    try:
        made = make_webhook(
            person.account_id,
            url=given["url"],
            dataset=given["dataset"] or None,
            search={"q": given["words"], "facets": {}} if given["words"] or not given["dataset"] else None,
            events=KINDS,
        )
    except (InvalidInput, NotFound, Gone) as error:
        fault = error.parameter if isinstance(error, InvalidInput) else "dataset"
        return _page(fault=fault if fault in {"url", "dataset"} else "words", given=given, status=400)
    return show_account("webhook_made.html", {"webhook": made, "secret": _secret(made)})


@policy(permission="own_account", budget="pages")
def show_webhook(webhook_id: str) -> Response:
    """One webhook and its log. Raises NotFound."""
    account_id = signed_in().account_id
    values = {
        "webhook": commands.get_webhook(session(), account_id, webhook_id),
        "log": commands.list_deliveries(session(), account_id, webhook_id, _LOG_SHOWN),
    }
    return show_account("webhook.html", values)


@policy(permission="own_account", budget="pages")
def try_own_webhook(webhook_id: str) -> Response:
    """Send a test message. Raises NotFound, InvalidInput."""
    check_form()
    person = signed_in()
    with parts().database.transaction() as writing:
        commands.ping_webhook(writing, person.account_id, webhook_id, datetime.now(UTC))
    return go_to(f"{_PAGE}/{webhook_id}")


@policy(permission="own_account", budget="pages")
def enable_own_webhook(webhook_id: str) -> Response:
    """Go on with a disabled one. Raises NotFound."""
    check_form()
    person = signed_in()
    with parts().database.transaction() as writing:
        commands.enable_webhook(writing, person.account_id, webhook_id)
    return go_to(f"{_PAGE}/{webhook_id}")


@policy(permission="own_account", budget="pages")
def rotate_own_webhook(webhook_id: str) -> Response:
    """Change the secret and show the new one, this once. Raises NotFound."""
    check_form()
    person = signed_in()
    with parts().database.transaction() as writing:
        changed = commands.rotate_secret(writing, person.account_id, webhook_id, datetime.now(UTC))
    return show_account("webhook_made.html", {"webhook": changed, "secret": _secret(changed)})


@policy(permission="own_account", budget="pages")
def delete_own_webhook(webhook_id: str) -> Response:
    """Delete one with its log. Raises NotFound."""
    check_form()
    person = signed_in()
    with parts().database.transaction() as writing:
        commands.delete_webhook(writing, person.account_id, webhook_id)
    return go_to(_PAGE)


def _page(*, fault: str = "", given: dict[str, str] | None = None, status: int = 200) -> Response:
    values = {
        "webhooks": commands.list_webhooks(session(), signed_in().account_id),
        "longest": LONGEST_URL,
        "fault": fault,
        "given": given or {"url": "", "dataset": "", "words": ""},
    }
    return show_account("webhooks.html", values, status=status)


def _secret(webhook: commands.WebhookView) -> str:
    return secret_of(webhook.id, webhook.generation, site_secret(parts().settings))
