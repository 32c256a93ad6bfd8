"""Why a delivered file cannot be read."""

from portal.kernel.errors import PortalError


class FileRefused(PortalError):
    """The file was not read. `code` has a message in both languages (`portal.i18n.reasons`): what and what to do.

    Codes: `file_empty`, `file_too_large`, `file_bomb`, `file_encrypted`, `file_damaged`, `file_encoding_unknown`,
    `file_too_wide`, `hidden_parts_unreadable`, `reader_out_of_memory`, `reader_timed_out`, `reader_failed`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RowsRefused(PortalError):
    """A batch of rows does not fit the table that is being collected; the message names columns and row."""
