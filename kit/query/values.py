"""The text of a query parameter, read as what its column holds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from kit.query.columns import Kind
from kit.query.refusals import wrong_type

BIGGEST: Final = 2**63 - 1
# Decimal() takes blanks, underscores and other scripts' digits; a huge exponent would become a huge text.
NUMBER: Final = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?", re.ASCII)
WHOLE: Final = re.compile(r"-?\d{1,20}", re.ASCII)
BOOLEANS: Final = {"true": True, "false": False}


def read_value(field: str, kind: Kind, text: str) -> object:
    """Return `text` as `kind`. Errors: invalid_data when it is none, or no text that PostgreSQL can store."""
    if kind is Kind.NUMBER:
        return _number(field, text)
    if kind is Kind.INTEGER:
        return read_whole(field, text)
    if kind is Kind.MOMENT:
        return _moment(field, text)
    if kind is Kind.BOOLEAN:
        if text not in BOOLEANS:
            raise wrong_type(field, "boolean", text)
        return BOOLEANS[text]
    return _text(field, text)


def read_whole(field: str, text: str) -> int:
    """Return `text` as a whole number that a bigint holds."""
    stripped = text.strip()
    number = int(stripped) if WHOLE.fullmatch(stripped) else None
    if number is None or not -BIGGEST <= number <= BIGGEST:
        raise wrong_type(field, "number", text)
    return number


def _number(field: str, text: str) -> Decimal:
    if not NUMBER.fullmatch(text):
        raise wrong_type(field, "number", text)
    return Decimal(text)


def _moment(field: str, text: str) -> datetime:
    """Return an ISO date or time, in UTC when it names no zone."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong_type(field, "date", text) from None


def _text(field: str, text: str) -> str:
    if "\x00" in text or not _is_unicode(text):
        raise wrong_type(field, "string", text)
    return text


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
