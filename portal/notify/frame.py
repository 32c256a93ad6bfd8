"""What every mail of ours has: sender, subject and text in both languages, an id that a second sending repeats."""

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from portal.kernel.digests import text_digest
from portal.kernel.text import Language
from portal.settings import Settings

_RULE = "-" * 40
_ORDER = (Language.ZH, Language.EN)


def framed(
    settings: Settings,
    *,
    to: str,
    key: str,
    subjects: Mapping[Language, str],
    parts: Mapping[Language, str],
    created_at: datetime,
    languages: tuple[Language, ...] = _ORDER,
) -> EmailMessage:
    """The whole mail, in the languages given, in their order.

    Sent twice, it is the same mail: its Message-ID and date come from `key`, `to` and `created_at`.

    Raises ValueError on an address that is none.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"[{word(settings.site_name_zh)}] {' / '.join(subjects[language] for language in languages)}"
    message["From"] = Address(word(settings.site_name_en), addr_spec=settings.smtp_from)
    message["To"] = Address(addr_spec=to)
    message["Date"] = format_datetime(created_at)
    domain = settings.smtp_from.rpartition("@")[2]
    message["Message-ID"] = f"<{key}.{text_digest(to)[:12]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    text = f"\n\n{_RULE}\n\n".join(parts[language] for language in languages)
    message.set_content(text + "\n", charset="utf-8", cte="base64")
    return message


def word(value: object) -> str:
    """Text that can stand in a header: no control character, no end of line."""
    return "".join(c for c in str(value) if c.isprintable())[:120]
