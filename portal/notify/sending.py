"""Sending by SMTP: one connection for what is due, encrypted as the settings say, never with less than they say."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from enum import Enum

import structlog

from portal.db import Database
from portal.kernel.masking import masked
from portal.notify.accounts import KIND as ACCOUNT
from portal.notify.accounts import worded_account_mail
from portal.notify.errors import MailAway, MailRefused
from portal.notify.grants import KIND as GRANTS
from portal.notify.grants import worded_grant_mail
from portal.notify.objections import KIND as OBJECTIONS
from portal.notify.objections import worded_objections
from portal.notify.outbox import (
    TakenMail,
    forget_mail,
    is_mail_due,
    is_mail_old,
    note_failure,
    note_sent,
    take_mail,
)
from portal.notify.wording import worded_mail
from portal.settings import Settings

TIMEOUT_S = 30.0
_AT_ONCE = 50
_PERMANENT = 500
_MAKERS = {
    OBJECTIONS: worded_objections,
    ACCOUNT: worded_account_mail,
    GRANTS: worded_grant_mail,
}  # any other mail is about a run
_log = structlog.get_logger(__name__)


class _Outcome(Enum):
    """Of one mail. AWAY: the session is of no use for the next one either."""

    SENT = "sent"
    REFUSED = "refused"
    AWAY = "away"


class Mailer:
    """The mail server of the settings. The constructor does no I/O."""

    def __init__(self, settings: Settings, *, timeout_s: float = TIMEOUT_S) -> None:
        self.settings = settings
        self._timeout_s = timeout_s

    @contextmanager
    def connected(self) -> Iterator[smtplib.SMTP]:
        """A session with the server, encrypted and logged in. Raises MailAway."""
        try:
            connection = self._open()
        except (OSError, smtplib.SMTPException) as error:  # ssl.SSLError is an OSError
            raise MailAway(_said(error)) from error
        try:
            yield connection
        finally:
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()
            connection.close()

    def send(self, connection: smtplib.SMTP, message: EmailMessage) -> None:
        """Hand one mail to the server. Raises MailRefused, MailAway."""
        to = message["To"].addresses[0].addr_spec
        try:
            connection.send_message(message, self.settings.smtp_from, [to])
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = error.recipients[to]
            raise _kind(code)(_reply(code, reply)) from error
        except smtplib.SMTPDataError as error:
            raise _kind(error.smtp_code)(_said(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailAway(_said(error)) from error

    def _open(self) -> smtplib.SMTP:
        to = self.settings
        name = to.smtp_from.rpartition("@")[2]  # not looked up, as the library would
        context = ssl.create_default_context()
        if to.smtp_security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                to.smtp_host, to.smtp_port, local_hostname=name, timeout=self._timeout_s, context=context
            )
        else:
            connection = smtplib.SMTP(to.smtp_host, to.smtp_port, local_hostname=name, timeout=self._timeout_s)
        try:
            if to.smtp_security == "starttls":
                connection.starttls(context=context)
            if to.smtp_user:
                connection.login(to.smtp_user, self._password())
        except BaseException:
            connection.close()
            raise
        return connection

    def _password(self) -> str:
        path = self.settings.smtp_password_file
        return path.read_text(encoding="utf-8").strip() if path else ""


def send_due_mail(
    database: Database, mailer: Mailer, now: datetime, *, is_stopping: Callable[[], bool] = lambda: False
) -> int:
    """Send what is due, at most 50 mails; how many were taken by the server."""
    with database.reading() as session:
        is_due, is_old = is_mail_due(session, now), is_mail_old(session, now)
    if is_old:
        with database.transaction() as session:
            forget_mail(session, now)
    if not is_due:
        return 0
    if not mailer.settings.smtp_host:
        return _put_off(database, "No mail server is set (PORTAL_SMTP_HOST).", now)
    try:
        with mailer.connected() as connection:
            sent = 0
            for _ in range(_AT_ONCE):
                if is_stopping() or (mail := _take(database, now)) is None:
                    break
                outcome = _send(database, mailer, connection, mail, now)
                sent += outcome is _Outcome.SENT
                if outcome is _Outcome.AWAY:
                    break
            return sent
    except MailAway as error:
        return _put_off(database, str(error), now)


def _worded(mail: TakenMail, settings: Settings) -> EmailMessage:
    make = _MAKERS.get(str(mail.content.get("about")), worded_mail)
    return make(mail.content, settings, mail.created_at)


def _send(database: Database, mailer: Mailer, connection: smtplib.SMTP, mail: TakenMail, now: datetime) -> "_Outcome":
    """Send one and note what came of it."""
    log = _log.bind(mail=mail.id, source=mail.content.get("source"), run=mail.content.get("run"))
    try:
        mailer.send(connection, _worded(mail, mailer.settings))
    except (MailRefused, MailAway) as error:
        is_final = isinstance(error, MailRefused)
        _note_failure(database, mail, str(error), now, is_final=is_final)
        return _Outcome.REFUSED if is_final else _Outcome.AWAY
    except Exception as error:  # a row that cannot be worded: told, and never in the way of the others
        log.exception("mail_not_worded")
        _note_failure(database, mail, f"The mail could not be worded: {type(error).__name__}.", now, is_final=True)
        return _Outcome.REFUSED
    with database.transaction() as session:
        note_sent(session, mail, now)
    log.info("mail_sent", attempts=mail.attempts)
    return _Outcome.SENT


def _put_off(database: Database, error: str, now: datetime) -> int:
    """The server is away: note it at every mail that is due, so that each has its day; none was sent."""
    for _ in range(_AT_ONCE):
        if (mail := _take(database, now)) is None:
            break
        _note_failure(database, mail, error, now)
    return 0


def _take(database: Database, now: datetime) -> TakenMail | None:
    with database.transaction() as session:
        return take_mail(session, now)


def _note_failure(database: Database, mail: TakenMail, error: str, now: datetime, *, is_final: bool = False) -> None:
    with database.transaction() as session:
        is_given_up = note_failure(session, mail, error, now, is_final=is_final)
    log = _log.bind(mail=mail.id, source=mail.content.get("source"), run=mail.content.get("run"), error=error)
    if is_given_up:
        log.error("mail_given_up", attempts=mail.attempts)
    else:
        log.warning("mail_put_off", attempts=mail.attempts)


def _kind(code: int) -> type[MailRefused | MailAway]:
    return MailRefused if code >= _PERMANENT else MailAway


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    if isinstance(error, OSError) and error.strerror:
        return f"The mail server cannot be reached: {error.strerror}."
    return f"The mail server cannot be used: {type(error).__name__}: {masked(str(error), longest=200)}"


def _reply(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    plain = "".join(c if c.isprintable() else " " for c in text)
    return f"The mail server answered {code}: {masked(plain, longest=200)}"
