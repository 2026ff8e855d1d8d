"""Bring our captures, or refunds, of one payment up to those that the provider has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.payment.models import MoneyState
from commerce.payment.movements import Movement, MovementStatus
from kit.db import run
from kit.decimals import EXACT, ZERO, to_number
from kit.ids import new_id
from kit.outbox import tell
from operations.lock_payment import LockedPayment
from operations.settle_movement import Kind, Moved, settle_movement

PREFIXES: Final[dict[Kind, str]] = {"capture": "capt", "refund": "ref"}
PART: Final = "+"
STATES: Final = {
    MoneyState.PENDING: MovementStatus.PENDING,
    MoneyState.DONE: MovementStatus.DONE,
    MoneyState.FAILED: MovementStatus.FAILED,
}


async def follow_movements(
    session: AsyncSession, payment: LockedPayment, kind: Kind, movements: Sequence[Movement]
) -> None:
    """Settle our rows with what the provider has, and write those that somebody made there; the caller has the locks.

    What the provider does not list stays as it is: the call may be in flight, or its list incomplete.
    """
    rows = await run(session, _ROWS.format(table=kind), payment.row.id) if movements else ()
    following = _Following(session, payment, kind, rows)
    for movement in movements:
        await following.follow(movement)


@dataclass(frozen=True, slots=True)
class _Following:
    """The rows of one kind as they were when the payment was locked."""

    session: AsyncSession
    payment: LockedPayment
    kind: Kind
    rows: Sequence[Row[Any]]
    claimed: set[str] = field(default_factory=set)

    async def follow(self, movement: Movement) -> None:
        if is_history(self.rows, movement):
            return
        row = self._ours(movement)
        if row is None:
            if movement.status is not MovementStatus.FAILED:  # of what never was ours, nothing is to be taken back
                await self._adopt(movement, movement.amount, movement.reference)
            return
        if not _is_same(row, movement):
            moved = Moved(movement.status, movement.amount, movement.reference)
            await settle_movement(self.session, self.kind, row.id, moved)
            if movement.status is MovementStatus.FAILED:
                await self._warn(row, movement)
        await self._grow(row, movement)

    def _ours(self, movement: Movement) -> Row[Any] | None:
        """Return our row: by its id at the provider, by our key, or the one that came with the authorisation."""
        named = [row for row in self.rows if row.provider_reference == movement.reference]
        keyed = [row for row in self.rows if (movement.key or "").rpartition(":")[0] == row.id]
        nameless = [row for row in self.rows if row.key_number == 0 and row.provider_reference is None]
        came_with_it = [row for row in nameless if row.amount == movement.amount and row.id not in self.claimed]
        found = next(iter((*named, *keyed, *came_with_it)), None)
        if found is not None:
            self.claimed.add(found.id)
        return found

    async def _adopt(self, movement: Movement, amount: Decimal, reference: str) -> None:
        id_ = new_id(PREFIXES[self.kind])
        await run(self.session, _ADOPT.format(table=self.kind), id_, amount, self.payment.row.id)
        await settle_movement(self.session, self.kind, id_, Moved(movement.status, amount, reference))

    async def _grow(self, row: Row[Any], movement: Movement) -> None:
        """Book what was added to a movement that is done: a provider may show several as one that grows."""
        if row.state != MoneyState.DONE or movement.status is not MovementStatus.DONE:
            return
        parts = [part for part in self.rows if (part.provider_reference or "").startswith(movement.reference + PART)]
        known = sum((part.amount for part in parts if part.state == MoneyState.DONE), row.amount)
        more = EXACT.subtract(movement.amount, known)
        if more > ZERO:
            await self._adopt(movement, more, f"{movement.reference}{PART}{len(parts) + 1}")

    async def _warn(self, row: Row[Any], movement: Movement) -> None:
        """Say on the row that a person must act: whoever asked for it believed it done, or on its way."""
        why = f" ({movement.reason})" if movement.reason else ""
        sentence = f"The {self.kind} of {to_number(row.amount)} {self.payment.row.currency_code} failed at the provider"
        await run(self.session, _WARN.format(table=self.kind), row.id, f"{sentence}{why}: the money did not move.")
        if row.state == MoneyState.PENDING:  # settling tells it of what had been done
            await tell(self.session, f"payment.{self.kind}_failed", self.payment.row.id)


def is_history(rows: Sequence[Row[Any]], movement: Movement) -> bool:
    """Tell whether a movement failed under a key of ours that was given up for the next one: it says nothing any more.

    Taken for the row's end, it would undo what the next key did.
    """
    id_, _, number = (movement.key or "").rpartition(":")
    mine = next((row for row in rows if row.id == id_), None)
    if mine is None or movement.status is not MovementStatus.FAILED or mine.provider_reference == movement.reference:
        return False
    return mine.provider_reference is not None or not number.isdecimal() or int(number) < mine.key_number


def _is_same(row: Row[Any], movement: Movement) -> bool:
    is_known = row.provider_reference == movement.reference or row.state == MoneyState.FAILED
    return STATES[MoneyState(row.state)] is movement.status and is_known


_ROWS: Final = "SELECT id, state, amount, provider_reference, key_number FROM {table} WHERE payment_id = $1 ORDER BY id"
_ADOPT: Final = """
INSERT INTO {table} (id, amount, payment_id, state, key_number, keyed_at) VALUES ($1, $2, $3, 'pending', 0, now())
"""
_WARN: Final = "UPDATE {table} SET attention = $2 WHERE id = $1"
