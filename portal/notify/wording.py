"""A mail in words: both languages in one text, out of the codes and numbers that the outbox has.

Nothing of the data is in it, nor in what it is made of: reasons are told without the column that they are about.
"""

from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from portal.i18n import translate
from portal.i18n.messages import later
from portal.i18n.reasons import explain
from portal.kernel.text import Language
from portal.notify.frame import framed, word
from portal.settings import Settings

_ELLIPSIS = "…"

_SUBJECTS = {
    "failed": later("The harvest of %(source)s failed"),
    "recovered": later("The harvest of %(source)s works again"),
    "held": later("Records of %(source)s wait for a person"),
}
_ENDS = {
    "source_ended": later(
        "The source ended the run: it could not be reached, refused us, or sent what cannot be read."
    ),
    "part_away": later("A part of the portal was away."),
    "time_limit": later("The run reached its time limit of %(minutes)s minutes and was stopped."),
    "killed": later("The process of the run was killed or crashed."),
}


def worded_mail(content: Mapping[str, Any], settings: Settings, created_at: datetime) -> EmailMessage:
    """The whole mail. Sent twice, it is the same mail: its Message-ID and date come from what is told.

    Raises ValueError or KeyError on content that is not ours.
    """
    run, source = word(content["run"]), word(content["source"])
    events = [str(event) for event in content["events"] if event in _SUBJECTS]
    return framed(
        settings,
        to=str(content["to"]),
        key=f"{run}.{'-'.join(events)}",
        subjects={language: translate(language, _SUBJECTS[events[0]], source=source) for language in Language},
        parts={language: _told(language, content, events, settings) for language in Language},
        created_at=created_at,
    )


def _told(language: Language, content: Mapping[str, Any], events: list[str], settings: Settings) -> str:
    say = _Teller(language, settings.time_zone)
    paragraphs = []
    for event in events:
        paragraphs.append(say(_SUBJECTS[event], source=content["source"]))
        if event == "failed":
            paragraphs += _about_failure(say, content)
        elif event == "recovered":
            paragraphs.append(
                say(
                    later("It had failed %(count)s times since %(at)s."),
                    count=content["failures"],
                    at=say.at(content["failing_since"]),
                )
            )
        else:
            paragraphs += _about_held(say, content)
    paragraphs.append(
        say(
            later("Run %(run)s, from %(started)s to %(finished)s: %(counts)s."),
            run=content["run"],
            started=say.at(content["started_at"]),
            finished=say.at(content["finished_at"]),
            counts=", ".join(f"{name} {count}" for name, count in sorted(content["counts"].items())) or "0",
        )
    )
    paragraphs.append(say(later("Every exception: portal harvest show %(run)s"), run=content["run"]))
    site = settings.site_name_zh if language is Language.ZH else settings.site_name_en
    paragraphs.append(f"{site} {settings.base_url}")
    return "\n\n".join(paragraphs)


def _about_failure(say: "_Teller", content: Mapping[str, Any]) -> list[str]:
    end = _ENDS.get(content["reason"])
    told = [say(end, **({"minutes": content["time_limit_minutes"]} if "minutes" in end else {}))] if end else []
    told.append(say(later("What was settled is kept; what is published stays as it was.")))
    if content["failures"] > 1:
        told.append(
            say(
                later(
                    "It is failure number %(count)s in a row, since %(at)s. You are told daily until it works again."
                ),
                count=content["failures"],
                at=say.at(content["failing_since"]),
            )
        )
    return told


def _about_held(say: "_Teller", content: Mapping[str, Any]) -> list[str]:
    lines = [
        say(
            later("%(held)s records were held since the last mail about them; %(waiting)s of this source wait now:"),
            held=content["held"],
            waiting=content["waiting"],
        )
    ]
    lines += [f"- {count} × {say.reason(code)}" for code, count in content["reasons"]]
    return ["\n".join(lines), say(later("Decide about them with portal held list."))]


class _Teller:
    """Says things in one language."""

    def __init__(self, language: Language, zone: str) -> None:
        self._language = language
        self._zone = ZoneInfo(zone)

    def __call__(self, message: str, **values: object) -> str:
        return translate(self._language, message, **values)

    def reason(self, code: str) -> str:
        """A reason's sentence without its subject, which could be a name out of the data, and without its count."""
        sentence = explain(self._language, code, subject=_ELLIPSIS)
        return sentence.replace("（）", "").replace("()", "").replace(" .", ".")

    def at(self, instant: str) -> str:
        """An instant in the site's zone, to the minute."""
        return f"{datetime.fromisoformat(instant).astimezone(self._zone):%Y-%m-%d %H:%M %Z}" if instant else _ELLIPSIS
