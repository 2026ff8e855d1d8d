"""Patterns out of a query string: what PostgreSQL may be asked to match without stumbling or toiling."""

from __future__ import annotations

import re
from typing import Final

from kit.query.columns import Kind
from kit.query.refusals import bad_pattern, too_large
from kit.query.values import read_value

LONGEST: Final = 200
MOST_COUNTED: Final = 2
MOST_TIMES: Final = 20
WILD: Final = re.compile(r"([%_\\])")
OPEN_END: Final = re.compile(r"(?<!\\)(\\\\)*\\\Z")
# What PostgreSQL cannot match in one pass: references to groups, and looking ahead or behind.
BACK_AND_FORTH: Final = re.compile(r"\\[1-9]|\(\?<?[=!]")
COUNTED: Final = re.compile(r"\{[^}]*")  # each count multiplies the machine that is built before the first row is read


def containing(text: str) -> str:
    """Return the LIKE pattern of whatever contains `text`, in which nothing is wild."""
    return "%" + WILD.sub(r"\\\1", text) + "%"


def read_pattern(operator: str, name: str, kind: Kind, text: str) -> str:
    """Return what a textual operator compares with.

    Errors: invalid_data for a field that is no text, and for patterns that PostgreSQL takes seconds over or breaks at.
    Whether a regular expression is one is left to PostgreSQL (kit/db's `translate` refuses it then).
    """
    if kind is not Kind.TEXT:
        raise bad_pattern(name)
    pattern = str(read_value(name, Kind.TEXT, text))
    if operator == "$contains":
        return containing(pattern)
    if len(pattern) > LONGEST:
        raise too_large(name, LONGEST)
    if _is_costly(pattern) if operator == "$re" else OPEN_END.search(pattern):
        raise bad_pattern(name)
    return pattern


def _is_costly(expression: str) -> bool:
    counted = COUNTED.findall(expression)
    times = [int(number) for each in counted for number in re.findall(r"[0-9]+", each)]
    too_often = len(counted) > MOST_COUNTED or any(number > MOST_TIMES for number in times)
    return too_often or BACK_AND_FORTH.search(expression) is not None
