"""Mail about applications and grants, in the language of who gets it. Nothing that a person wrote is in it."""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy.orm import Session

from portal.catalogue.models import MAIL, Outbox
from portal.grants import note_what_is_due, take_notices
from portal.i18n import translate
from portal.i18n.messages import later
from portal.kernel.text import Language
from portal.notify.frame import framed
from portal.settings import Settings

KIND = "grants"
_TO_APPLICANT = {
    "written": (later("A message about your application"), later("The reviewer wrote to you about your application.")),
    "approved": (
        later("Your application was approved"),
        later(
            "Your application was approved. Read the agreement and accept it within 30 days; your access begins with that."
        ),
    ),
    "lapsed": (
        later("Your approval has lapsed"),
        later(
            "The agreement was not accepted within 30 days, so the approval has lapsed. Apply again if you need the data."
        ),
    ),
    "refused": (
        later("Your application was refused"),
        later("Your application was refused. The reason is at the page."),
    ),
    "agreed": (later("Your access has begun"), later("You accepted the agreement. You and your keys have access now.")),
    "revoked": (later("Your access was revoked"), later("Your access was revoked. The reason is at the page.")),
    "ends_soon": (
        later("Your access ends soon"),
        later("Your access ends within 14 days. Apply again if you need longer."),
    ),
    "ended": (later("Your access has ended"), later("Your access has ended. Do with the data what you agreed to.")),
    "report_due": (later("Please report what came of the data"), later("A report of what came of the data is due.")),
}
_TO_REVIEWER = {
    "submitted": (
        later("An application waits for a decision"),
        later("An application for a conditional dataset came in."),
    ),
    "written": (later("An applicant wrote to you"), later("An applicant wrote in the thread of an application.")),
    "overdue": (later("An application is overdue"), later("The deadline for deciding an application has passed.")),
    "reported": (later("A grantee has reported"), later("A report of what came of the data came in.")),
}


def look_after_grants(session: Session, now: datetime) -> int:
    """Note what came to be due, and put mails about everything new into the outbox; how many of both."""
    noted = note_what_is_due(session, now)
    notices = take_notices(session, now)
    for notice in notices:
        payload = {
            "to": notice.to,
            "about": KIND,
            "act": notice.act,
            "id": notice.act_id,
            "application": notice.application_id,
            "language": notice.language,
            "is_for_reviewer": notice.is_for_reviewer,
        }
        session.add(Outbox(kind=MAIL, payload=payload, created_at=now, due_at=now))
    return noted + len(notices)


def worded_grant_mail(content: Mapping[str, Any], settings: Settings, created_at: datetime) -> EmailMessage:
    """The whole mail, the same whenever it is made. `content`: what `look_after_grants` put down."""
    language, is_for_reviewer = Language(content["language"]), bool(content["is_for_reviewer"])
    subject, body = (_TO_REVIEWER if is_for_reviewer else _TO_APPLICANT)[str(content["act"])]
    place = "applications" if is_for_reviewer else "account/applications"
    address = f"{settings.base_url.rstrip('/')}/{language.value}/{place}/{content['application']}"
    return framed(
        settings,
        to=str(content["to"]),
        key=f"grants.{content['id']}",
        subjects={language: translate(language, subject)},
        parts={language: f"{translate(language, body)}\n\n{address}"},
        created_at=created_at,
        languages=(language,),
    )
