"""Bring one capture or refund, and all that follows from it, up to what the provider says of it: one commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.ledger.rules import Booking, captured, refunded, refunded_by_hand, settled_by_hand
from commerce.payment.models import MoneyState
from commerce.payment.movements import MovementStatus
from kit.db import one, run, value
from kit.errors import not_found
from kit.ids import new_id
from kit.outbox import tell
from operations.book_payment import book_payment
from operations.credit_excess import credit_excess
from operations.derive_summary import derive_summary
from operations.lock_payment import LockedPayment, lock_payment

Kind = Literal["capture", "refund"]


@dataclass(frozen=True, slots=True)
class Moved:
    """What is known of a capture or refund: how it stands at the provider, its amount and id there.

    `note`: a person did all of it by hand, in another way than through the provider, and says how.
    """

    status: MovementStatus
    amount: Decimal
    reference: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Rules:
    """What differs between money taken and money given back."""

    sign: int
    bookings: Callable[[Decimal], tuple[Booking, ...]]
    by_hand: Callable[[Decimal], tuple[Booking, ...]]
    done: str
    failed: str


RULES: Final[dict[Kind, _Rules]] = {
    "capture": _Rules(1, captured, settled_by_hand, "payment.captured", "payment.capture_failed"),
    "refund": _Rules(-1, refunded, refunded_by_hand, "payment.refunded", "payment.refund_failed"),
}


async def settle_movement(session: AsyncSession, kind: Kind, id_: str, moved: Moved) -> MoneyState:
    """Settle the capture or refund `id_` and return where it stands now; safe to repeat, in any order.

    Done: booked once, with the order's transaction, collection and summary; a refund that the order does not owe
    becomes a credit line. Failed after it was done: booked back, and told by an event. Errors: `not_found`.
    """
    payment_id = await value(session, f"SELECT payment_id FROM {kind} WHERE id = $1", id_)
    if payment_id is None:
        raise not_found(f"{kind.capitalize()} with id: {id_} was not found")
    payment = await lock_payment(session, payment_id)
    row = await one(session, f"SELECT id, state, amount FROM {kind} WHERE id = $1", id_)
    if row is None:
        raise LookupError(f"{id_} went away under its payment's lock")
    return await _Settling(session, kind, payment, row).settle(moved)


@dataclass(frozen=True, slots=True)
class _Settling:
    """One movement under its payment's lock."""

    session: AsyncSession
    kind: Kind
    payment: LockedPayment
    row: Row[Any]

    async def settle(self, moved: Moved) -> MoneyState:
        is_done, is_over = self.row.state == MoneyState.DONE, moved.status is MovementStatus.FAILED
        if moved.status is MovementStatus.DONE and not is_done:
            return await self._do(moved)
        if is_over and is_done:
            return await self._undo()
        state = MoneyState.FAILED if is_over else MoneyState.DONE if is_done else MoneyState.PENDING
        return await self._write(state, self.row.amount, moved.reference)

    async def _do(self, moved: Moved) -> MoneyState:
        rules = RULES[self.kind]
        amount = moved.amount if moved.note is None else self.row.amount
        await self._write(MoneyState.DONE, amount, moved.reference)
        await self._book((rules.bookings if moved.note is None else rules.by_hand)(amount), moved.note)
        if self.kind == "refund":
            await credit_excess(self.session, self.payment.row, self.row.id, amount)
        await self._transact(self.kind, rules.sign * amount)
        await tell(self.session, rules.done, self.payment.row.id)
        return MoneyState.DONE

    async def _undo(self) -> MoneyState:
        rules, amount = RULES[self.kind], self.row.amount
        await self._write(MoneyState.FAILED, amount, None)
        await self._book(rules.bookings(-amount), None)
        await self._transact(f"{self.kind}_failed", -rules.sign * amount)
        await tell(self.session, rules.failed, self.payment.row.id)
        return MoneyState.FAILED

    async def _write(self, state: MoneyState, amount: Decimal, reference: str | None) -> MoneyState:
        await run(self.session, _STATE.format(table=self.kind), self.row.id, state, amount, reference)
        return state

    async def _book(self, entries: tuple[Booking, ...], note: str | None) -> None:
        """Book under the movement's own id, numbered when it happened, failed and happened again."""
        before: int = await value(self.session, _BOOKED, self.row.id)
        fact = self.row.id if before == 0 else f"{self.row.id}:{before}"
        await book_payment(self.session, self.payment.source(fact, note), entries)
        if self.kind == "capture":
            await run(self.session, _WHOLE, self.payment.row.id)

    async def _transact(self, reference: str, amount: Decimal) -> None:
        """Write the order's transaction, and what its summary says of money."""
        payment = self.payment.row
        values = (new_id("ordtrx"), payment.order_id, amount, payment.currency_code, reference, self.row.id)
        await run(self.session, _TRANSACT, *values)
        await derive_summary(self.session, payment.order_id)


_STATE: Final = """
UPDATE {table} SET state = $2, amount = $3, provider_reference = coalesce($4, provider_reference), updated_at = now(),
  deleted_at = CASE WHEN $2 = 'failed' THEN coalesce(deleted_at, now()) END
WHERE id = $1
"""
_BOOKED: Final = """
SELECT count(DISTINCT source_id) FROM ledger_entry WHERE source_id = $1 OR starts_with(source_id, $1 || ':')
"""
_WHOLE: Final = """
UPDATE payment p SET updated_at = now(), captured_at = CASE WHEN coalesce((
    SELECT sum(amount) FROM capture c WHERE c.payment_id = p.id AND c.state = 'done'), 0) >= p.amount
  THEN coalesce(captured_at, now()) END
WHERE id = $1
"""
_TRANSACT: Final = """
INSERT INTO order_transaction (id, order_id, version, amount, currency_code, reference, reference_id)
SELECT $1, o.id, o.version, $3, $4, $5, $6 || coalesce((
    SELECT ':' || count(*) FROM order_transaction t
    WHERE t.reference = $5 AND (t.reference_id = $6 OR starts_with(t.reference_id, $6 || ':')) HAVING count(*) > 0), '')
FROM "order" o WHERE o.id = $2
"""
