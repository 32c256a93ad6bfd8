"""Mail about accounts: links that people asked for, and notices of what was done with their account.

The link is made when the mail is worded, out of the errand's id and the site's secret: it is stored nowhere.
"""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from portal.accounts.acts import forget_failures
from portal.accounts.errands import forget_errands, take_errands
from portal.accounts.tokens import link_of_errand
from portal.catalogue.models import MAIL, Outbox
from portal.i18n import translate
from portal.i18n.messages import later
from portal.kernel.text import Language
from portal.notify.frame import framed
from portal.settings import Settings, site_secret

KIND = "account"
_WITH_LINK = frozenset({"join", "reset", "address"})
_SUBJECTS = {
    "join": later("Finish registering"),
    "known": later("You have an account already"),
    "reset": later("A new password for your account"),
    "address": later("Confirm your new address"),
    "notice": later("Your account was changed"),
}
_BODIES = {
    "join": later(
        "Somebody asked for an account with this address. To finish, open this link within two hours:\n%(link)s\n"
        "If it was not you, do nothing: no account is made."
    ),
    "known": later(
        "Somebody wanted to register with this address, which has an account already. Sign in, or ask for a new password:\n"
        "%(sign_in)s\nIf it was not you, do nothing."
    ),
    "reset": later(
        "Somebody asked for a new password for the account of this address. To choose one, open this link within two hours:\n"
        "%(link)s\nIf it was not you, do nothing: the old password stays."
    ),
    "address": later(
        "To use this address for your account from now on, sign in and open this link within two hours:\n%(link)s\n"
        "If it was not you, do nothing."
    ),
}
_NOTICES = {
    "password": later("The password of your account was changed, and all browsers were signed out."),
    "address": later("Your account has another mail address now; this one is not used any more."),
    "code-on": later("A second factor was set up for your account."),
    "code-off": later("The second factor of your account was removed."),
    "provider": later("Your account can now be signed in to with the sign-in provider."),
    "deleted": later("Your account was deleted, as you asked."),
    "webhook": later(
        "A webhook of yours was disabled, because its address took nothing for long. Your account has the log."
    ),
}
_NOT_YOU = later("If it was not you, ask for a new password at once, and write to us:\n%(sign_in)s")


def look_after_accounts(session: Session, now: datetime) -> int:
    """Put the mails that were asked for into the outbox, and forget old errands and failures to sign in; how many of all."""
    letters = take_errands(session, now)
    for letter in letters:
        payload = {
            "to": letter.email,
            "about": KIND,
            "kind": letter.kind,
            "errand": letter.errand_id,
            "subject": letter.subject,
        }
        session.add(Outbox(kind=MAIL, payload=payload, created_at=now, due_at=now))
    return len(letters) + forget_errands(session, now) + forget_failures(session, now)


def worded_account_mail(content: Mapping[str, Any], settings: Settings, created_at: datetime) -> EmailMessage:
    """The whole mail, the same whenever it is made. `content`: to, about (KIND), kind, errand, subject."""
    kind, errand_id = str(content["kind"]), str(content["errand"])
    return framed(
        settings,
        to=str(content["to"]),
        key=f"account.{errand_id}",
        subjects={language: translate(language, _SUBJECTS[kind]) for language in Language},
        parts={language: _told(language, kind, errand_id, str(content["subject"]), settings) for language in Language},
        created_at=created_at,
    )


def _told(language: Language, kind: str, errand_id: str, subject: str, settings: Settings) -> str:
    root = f"{settings.base_url.rstrip('/')}/{language.value}/account"
    places = {"sign_in": f"{root}/sign-in"}
    if kind in _WITH_LINK:
        places["link"] = f"{root}/link?{urlencode({'link': link_of_errand(errand_id, site_secret(settings))})}"
    if kind in _BODIES:
        return translate(language, _BODIES[kind], **places)
    return f"{translate(language, _NOTICES[subject])}\n\n{translate(language, _NOT_YOU, **places)}"
