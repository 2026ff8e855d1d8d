"""Logs: one line of JSON an event, readable lines at a terminal; each carries the request's id."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor

from kit import request_id
from kit.discreet import ExcInfo, traceback_of


def configure(level: str) -> None:
    """Set up this process's logs; called once, by a composition root."""
    # Tracebacks without local variables, and without what databases repeat: they hold tokens, mails and addresses.
    renderer: list[Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=_print_traceback)]
        if sys.stderr.isatty()
        else [structlog.processors.ExceptionRenderer(traceback_of), structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            *renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # looked up late: it may have been replaced
    )


def _print_traceback(out: TextIO, exc_info: ExcInfo) -> None:
    out.write(f"\n{traceback_of(exc_info)}")


def _add_request_id(_logger: object, _method: str, event: EventDict) -> EventDict:
    if (current := request_id.current.get()) is not None:
        event["request_id"] = current
    return event
