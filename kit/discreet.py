"""What may be said of a failure in a log or a history: nothing of what was being written, read or paid."""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Final

import asyncpg
from pydantic import ValidationError
from sqlalchemy.exc import StatementError

from kit.errors import chain

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

QUOTING: Final = "22"  # the class of SQLSTATEs whose message repeats the value that is wrong
SILENT: Final = (StatementError, asyncpg.PostgresError, asyncpg.InterfaceError, ValidationError)


def holds_values(error: BaseException) -> bool:
    """Tell whether an error, or a cause of it, repeats values: a row's as PostgreSQL does, a body's as pydantic."""
    return any(isinstance(each, SILENT) for each in chain(error))


def said(error: BaseException) -> str:
    """Return type and message of an error, without the values that the message of some repeats.

    PostgreSQL tells a whole row when a constraint is broken, SQLAlchemy each parameter of a statement.
    """
    return f"{type(error).__name__}: {_words(error)}"


def traceback_of(exc_info: ExcInfo) -> str:
    """Return the traceback of an error and of its causes, each with what may be `said` of it; the first cause first."""
    told = [f"{''.join(traceback.format_tb(each.__traceback__))}{said(each)}" for each in chain(exc_info[1])]
    return "\n\nwhich led to:\n".join(reversed(told))


def _words(error: BaseException) -> str:
    if type(error).__module__.startswith("sqlalchemy.") and error.__cause__ is not None:
        return said(error.__cause__)  # it repeats the driver's words, twice wrapped
    if isinstance(error, StatementError):
        return "a statement failed"
    if isinstance(error, asyncpg.PostgresError):
        state, name = str(error.sqlstate), getattr(error, "constraint_name", None)
        words = "a value is wrong" if state.startswith(QUOTING) else getattr(error, "message", None) or "failed"
        return f"{words} ({state}{f', {name}' if name else ''})"
    if isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError):  # the driver repeats the parameter
        return "a parameter is of another type than its column"
    if isinstance(error, ValidationError):
        return f"{error.error_count()} values do not fit {error.title}"
    return str(error)
