"""What the recordings' test provider remembers of a session: what was moved by our keys, and what it was told.

Without a folder it remembers in its process; with one, API and worker remember together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from commerce.payment.movements import Movement, MovementStatus
from commerce.payment.port import ZERO

NAME: Final = re.compile(r"[A-Za-z0-9_]{1,80}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: `kind` is capture, refund, cancel, release, or what a webhook told."""

    kind: str
    key: str | None = None
    amount: Decimal = ZERO


@dataclass
class Memory:
    """The facts by session, in order."""

    folder: Path | None = None
    _facts: dict[str, list[Fact]] = field(default_factory=dict)

    def note(self, session_id: str, fact: Fact) -> None:
        """Remember a fact once: the same kind and key again is the same fact."""
        if any((each.kind, each.key) == (fact.kind, fact.key) for each in self.facts(session_id)):
            return
        if self.folder is None:
            self._facts.setdefault(session_id, []).append(fact)
        elif NAME.fullmatch(session_id):
            self.folder.mkdir(parents=True, exist_ok=True)
            line = json.dumps([fact.kind, fact.key, format(fact.amount, "f")])
            with (self.folder / session_id).open("a") as file:
                file.write(f"{line}\n")

    def facts(self, session_id: str) -> list[Fact]:
        """Return what is remembered."""
        if self.folder is None:
            return self._facts.get(session_id, [])
        return list(self._read(session_id))

    def _read(self, session_id: str) -> Iterator[Fact]:
        if self.folder is None or not NAME.fullmatch(session_id):
            return
        file = self.folder / session_id
        for line in file.read_text().splitlines() if file.exists() else ():
            kind, key, amount = json.loads(line)
            yield Fact(kind, key, Decimal(amount))


@dataclass(frozen=True, slots=True)
class Standing:
    """The money of one session, as facts and `data` have it."""

    held: Decimal
    captures: tuple[Movement, ...]
    refunds: tuple[Movement, ...]
    voided: Decimal
    is_released: bool

    @property
    def captured(self) -> Decimal:
        """Return what was ever taken."""
        return sum((each.amount for each in self.captures), ZERO)

    @property
    def refunded(self) -> Decimal:
        """Return what was given back of it."""
        return sum((each.amount for each in self.refunds), ZERO)


def standing(amount: Decimal, data: dict[str, Any], facts: list[Fact]) -> Standing:
    """Return where the money of a session of `amount` is."""
    told = {fact.kind for fact in facts}
    is_there = bool(data.get("authorized")) or bool(told & {"authorized", "captured", "capture"})
    captures = [_movement(fact) for fact in facts if fact.kind == "capture"]
    taken = sum((each.amount for each in captures), ZERO)
    if is_there and ("captured" in told or (data.get("behavior") == "capture" and data.get("authorized"))):
        captures.append(_movement(Fact("capture", None, amount - taken)))
    refunds = [_movement(fact) for fact in facts if fact.kind == "refund"]
    voided = sum((fact.amount for fact in facts if fact.kind == "cancel"), ZERO)
    left = (amount if is_there else ZERO) - sum((each.amount for each in captures), ZERO) - voided
    return Standing(
        max(left, ZERO),
        tuple(each for each in captures if each.amount > ZERO),
        tuple(refunds),
        voided,
        "release" in told,
    )


def _movement(fact: Fact) -> Movement:
    name = fact.key or "told"
    return Movement(reference=f"rec_{fact.kind}_{name}", amount=fact.amount, status=MovementStatus.DONE, key=fact.key)
