"""SQL with named places, made into PostgreSQL's own `$1` notation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

# `{t}` and other aliases, and `:name` parameters; not `::jsonb`, and not the `:MI` of a date format.
PLACE: Final = re.compile(r"\{(\w+)\}|(?<![:\w]):([a-z_]\w*)")

Slot = str | int  # a parameter's name, or the number of a filter's value


def parameters_in(sql: str) -> frozenset[str]:
    """Return the names of the `:name` parameters in `sql`."""
    return frozenset(match.group(2) for match in PLACE.finditer(sql) if match.group(2))


def aliases_in(sql: str) -> frozenset[str]:
    """Return the names in braces in `sql`."""
    return frozenset(match.group(1) for match in PLACE.finditer(sql) if match.group(1))


@dataclass(frozen=True)
class Statement:
    """A statement's text and what belongs at its `$1`, `$2` ...; the text is the same for every caller's values."""

    sql: str
    slots: tuple[Slot, ...]

    def bind(self, params: Mapping[str, object], values: Sequence[object] = ()) -> tuple[object, ...]:
        """Return the values in order. Errors: KeyError for a parameter that the caller forgot to give."""
        return tuple(params[slot] if isinstance(slot, str) else values[slot] for slot in self.slots)


class Binder:
    """Collects what a statement binds while its text is written."""

    def __init__(self) -> None:
        self._slots: dict[Slot, str] = {}

    def place(self, slot: Slot) -> str:
        """Return the `$n` of `slot`, the same for the same slot."""
        return self._slots.setdefault(slot, f"${len(self._slots) + 1}")

    def write(self, sql: str, aliases: Mapping[str, str]) -> str:
        """Return `sql` with its aliases and parameters filled in."""
        return PLACE.sub(
            lambda match: aliases[match.group(1)] if match.group(1) else self.place(match.group(2)),
            sql,
        )

    def statement(self, sql: str) -> Statement:
        """Return `sql` with what was bound in it."""
        return Statement(sql, tuple(self._slots))
