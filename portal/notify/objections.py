"""The mail that tells of objections: how many, and where to decide. Nothing that a person wrote is in it."""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from portal.i18n import translate
from portal.i18n.messages import later
from portal.kernel.text import Language
from portal.notify.frame import framed
from portal.settings import Settings

KIND = "objections"
_SUBJECT = later("Objections wait for a person")
_BODY = later(
    "%(count)s objections came in. What they are about is hidden until somebody decides: `portal objection list`."
)


def worded_objections(content: Mapping[str, Any], settings: Settings, created_at: datetime) -> EmailMessage:
    """The whole mail, the same whenever it is made. `content`: to, about (KIND), id, count."""
    parts = {language: translate(language, _BODY, count=int(content["count"])) for language in Language}
    subjects = {language: translate(language, _SUBJECT) for language in Language}
    return framed(
        settings,
        to=str(content["to"]),
        key=f"objections.{content['id']}",
        subjects=subjects,
        parts=parts,
        created_at=created_at,
    )
