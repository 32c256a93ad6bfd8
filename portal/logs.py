"""Logs of every process: one line each, to standard error. Tracebacks show no variables: those could be data."""

import logging
import sys

import structlog


def set_up_logs(level: str) -> None:
    """Coloured lines on a terminal, JSON elsewhere; `level` as in the settings."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    logging.basicConfig(level=number, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s", force=True)
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
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
