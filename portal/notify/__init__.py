"""Telling people: mail that the outbox asks for, worded in both languages and sent by SMTP until it is taken."""

from portal.notify.errors import MailAway, MailRefused
from portal.notify.outbox import MailView, list_mail
from portal.notify.sending import Mailer, send_due_mail

__all__ = ["MailAway", "MailRefused", "MailView", "Mailer", "list_mail", "send_due_mail"]
