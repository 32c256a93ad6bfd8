"""Every code that gate, ingest and readers give as a reason, as a message id (English; the Chinese is in `zh.po`).

Whoever adds a code adds its line here; a test finds codes without one. `%(subject)s` is the column, field or label the
reason is about, `%(count)s` a number of cells or rows.
"""

from collections.abc import Mapping
from types import MappingProxyType

from portal.i18n.messages import translate
from portal.kernel.text import Language

REASONS: Mapping[str, str] = MappingProxyType(
    {
        # columns that are not in a published table
        "column_closed": "The department decided not to open this column.",
        "column_conditional": "This column is open on application only.",
        "column_secret": "This column is marked as secret.",
        "column_unannounced": "The column was delivered without having been announced.",
        "column_undeclared": "Nothing was declared about opening this column.",
        "column_sensitive_name": "The column's name says that it holds personal data.",
        "column_sensitive_content": "The column holds personal data.",
        "column_missing": "The column was announced but not delivered.",
        "column_unnamed": "The column has no name.",
        "column_duplicate": "Another column has the same name.",
    }
)

UNKNOWN_REASON = "A reason without a description: %(code)s"


def explain(language: Language, code: str, *, subject: str = "", count: int | None = None) -> str:
    """The sentence for a reason code in one language."""
    message = REASONS.get(code)
    if message is None:
        return translate(language, UNKNOWN_REASON, code=code)
    return translate(language, message, subject=subject, count="" if count is None else count)
