"""Both languages of the interface, through plain Babel. Message ids are English; `translations/zh.po` has the Chinese."""

from portal.i18n.actions import explain_action
from portal.i18n.formats import format_bytes, format_date, format_instant, format_number
from portal.i18n.messages import later, translate, translate_plural
from portal.i18n.reasons import REASONS, explain
from portal.i18n.vocabulary import VOCABULARY, label

__all__ = [
    "REASONS",
    "VOCABULARY",
    "explain",
    "explain_action",
    "format_bytes",
    "format_date",
    "format_instant",
    "format_number",
    "label",
    "later",
    "translate",
    "translate_plural",
]
