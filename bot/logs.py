"""Logs: structured, without message text, personal data or secrets (contracts C19, C20)."""

import asyncio
import logging
import sys
from typing import Any, Literal

import structlog

_log = structlog.get_logger(__name__)

_FOREIGN_LEVEL = logging.ERROR
"""nio logs rejected events with their content at WARNING; other libraries have nothing to say below ERROR either."""


def configure(*, level: str, style: Literal["console", "json"]) -> None:
    """Send our own log to standard error as lines for people or as JSON; keep other libraries quiet."""
    logging.basicConfig(
        level=_FOREIGN_LEVEL, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s", force=True
    )
    logging.getLogger("nio").setLevel(logging.CRITICAL)
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _trace_without_values,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def unexpected(event: str) -> None:
    """Log the exception that is being handled: its type and place, without its text."""
    _log.exception(event)


def loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what asyncio caught in the background; its own log would quote the exception's text."""
    _log.error("background_error", what=context.get("message"), exception=type(context.get("exception")).__name__)


def _trace_without_values(
    _logger: structlog.typing.WrappedLogger, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Where an exception is logged: its type and the places it passed, never its text (that may quote a message)."""
    if event.pop("exc_info", None):
        kind, _, trace = sys.exc_info()
        places = []
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        event["exception"] = kind.__name__ if kind else None
        event["trace"] = " > ".join(places[-12:])
    return event
