"""What readers tell of documents and pictures that nobody can inspect: each holds the file until a person has looked."""

from typing import Final

DOCUMENT_HOLDS: Final = frozenset(
    {
        "document_page_pictured",
        "document_picture",
        "document_page_without_text",
        "document_text_hidden",
        "document_earlier_state",
        "document_active",
        "document_attachment",
        "document_remark",
        "document_deleted_text",
        "picture_content",
        "picture_frames",
        "picture_metadata",
        "picture_position",
        "picture_trailing",
    }
)
"""Codes of reasons (`portal.i18n.reasons`), which stand as rules in findings; the place is the page or the kind of data."""
