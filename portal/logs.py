"""Logs of every process: one line each, to standard error. Tracebacks show no variables: those could be data.

What others worded (a driver that quotes a cell, an address that somebody typed) loses its long numbers and mail addresses.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from portal.kernel.masking import masked

_OURS = frozenset({"timestamp", "request_id", "run", "caller", "level"})  # made by us, of digits by chance
_LONGEST = 20_000


def set_up_logs(level: str) -> None:
    """Coloured lines on a terminal, JSON elsewhere; `level` as in the settings."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(_Plain("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=number, handlers=[lines], force=True)
    for chatty in ("elastic_transport", "httpx", "alembic"):
        logging.getLogger(chatty).setLevel(max(number, logging.WARNING))
    is_terminal = sys.stderr.isatty()
    render = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if is_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    tracebacks = () if is_terminal else (structlog.processors.format_exc_info,)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *tracebacks,
            _without_values,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _without_values(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if key not in _OURS and isinstance(value, str):
            event[key] = masked(value, longest=_LONGEST)
    return event


class _Plain(logging.Formatter):
    """Lines of libraries, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record), longest=_LONGEST)
