"""How our rows and ledger differ from what a provider has of one session (docs/reconciliation.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from commerce.ledger.rules import Flows, total
from commerce.payment.models import MoneyState
from commerce.payment.movements import Dispute, DisputeStatus, Movement, MovementStatus
from commerce.payment.port import Holding, StatusResult
from kit.db import one, run
from kit.decimals import ZERO, to_number
from operations.follow_movements import PART, is_history
from operations.lock_payment import flows_of_session


class Kind(StrEnum):
    """A kind of divergence; docs/reconciliation.md says what each means and what is done about it."""

    MISSED_EVENT = "missed_event"
    MOVED_ELSEWHERE = "moved_elsewhere"
    NOT_ENDED = "not_ended"
    FAILED_SINCE = "failed_since"
    DISPUTE_CHANGED = "dispute_changed"
    NOT_HELD = "not_held"
    FEES_DIFFER = "fees_differ"
    MONEY_WITHOUT_ORDER = "money_without_order"
    SHOWN_WRONG = "shown_wrong"
    UNKNOWN_THERE = "unknown_there"
    NEVER_MOVED = "never_moved"
    AMOUNT_DIFFERS = "amount_differs"
    NOT_ANSWERED = "not_answered"


HEALED: Final = frozenset(
    {
        *(Kind.MISSED_EVENT, Kind.MOVED_ELSEWHERE, Kind.NOT_ENDED, Kind.FAILED_SINCE, Kind.DISPUTE_CHANGED),
        *(Kind.NOT_HELD, Kind.FEES_DIFFER, Kind.MONEY_WITHOUT_ORDER, Kind.SHOWN_WRONG),
    }
)
"""What following the provider heals; the rest is a person's to look into."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """One difference: what we have and what they have, in words."""

    kind: Kind
    session_id: str | None
    order_id: str | None
    ours: str
    theirs: str
    provider_id: str = ""
    outcome: str = "found"  # then healed, or attention


@dataclass(frozen=True, slots=True)
class Ours:
    """What our own rows say of one session."""

    row: Row[Any]
    flows: Flows
    captures: Sequence[Row[Any]]
    refunds: Sequence[Row[Any]]
    disputes: Sequence[Row[Any]]


async def read_ours(connection: AsyncConnection, session_id: str) -> Ours | None:
    """Return what we have of a session; None when there is none."""
    row = await one(connection, _SESSION, session_id)
    if row is None:
        return None
    payment_id = row.payment_id
    captures = await run(connection, _MOVED.format(table="capture"), payment_id)
    refunds = await run(connection, _MOVED.format(table="refund"), payment_id)
    disputes = await run(connection, _DISPUTES, payment_id)
    return Ours(row, await flows_of_session(connection, session_id), captures, refunds, disputes)


def compare(ours: Ours, told: StatusResult) -> list[Divergence]:
    """Return every difference; none means that provider, rows and ledger say the same."""
    said = _of_payment(ours, told) if ours.row.payment_id is not None else _of_session(ours, told)
    row = ours.row
    return [Divergence(kind, row.id, row.order_id, mine, theirs, row.provider_id) for kind, mine, theirs in said]


_Said = Iterator[tuple[Kind, str, str]]


def _of_session(ours: Ours, told: StatusResult) -> _Said:
    if told.holding in {Holding.HELD, Holding.CAPTURED} and not ours.row.is_looked_after:
        mine = f"{ours.row.fate}, no payment" if ours.row.order_id is None else "promised"
        yield Kind.MONEY_WITHOUT_ORDER, mine, f"{told.holding} {_text(told.held + told.captured)}"


def _of_payment(ours: Ours, told: StatusResult) -> _Said:
    held = total("held", ours.flows)
    if told.holding is Holding.UNKNOWN or (told.holding is Holding.NOTHING and (held or _done(ours.captures))):
        if not any(one.status is MovementStatus.PENDING for one in told.captures):
            yield Kind.UNKNOWN_THERE, f"held {_text(held)}, captured {_text(_done(ours.captures))}", str(told.holding)
        return
    yield from _moved(ours.captures, told.captures)
    yield from _moved(ours.refunds, told.refunds)
    yield from _disputes(ours.disputes, told.disputes)
    yield from _sums(ours, told, held)


def _moved(rows: Sequence[Row[Any]], movements: Sequence[Movement]) -> _Said:
    left = {row.id: row for row in rows}
    for movement in movements:
        if is_history(rows, movement):
            continue
        mine = _same(list(left.values()), movement)
        for row in mine:
            left.pop(row.id)
        yield from _one(mine, movement)
    for row in left.values():
        if row.state == MoneyState.DONE and not row.is_by_hand:
            yield Kind.NEVER_MOVED, f"{row.id} {_text(row.amount)}", "not there"


def _one(mine: Sequence[Row[Any]], movement: Movement) -> _Said:
    theirs = f"{movement.reference} {_text(movement.amount)} {movement.status}"
    if not mine:
        if movement.status is not MovementStatus.FAILED:
            yield Kind.MOVED_ELSEWHERE, "nothing", theirs
        return
    words = ", ".join(f"{row.id} {_text(row.amount)} {row.state}" for row in mine)
    states = {MoneyState(row.state) for row in mine}
    if movement.status is MovementStatus.FAILED:
        if states != {MoneyState.FAILED}:
            yield Kind.FAILED_SINCE, words, theirs
    elif movement.status is MovementStatus.DONE and states != {MoneyState.DONE}:
        yield Kind.NOT_ENDED, words, theirs
    elif movement.status is MovementStatus.DONE and sum(row.amount for row in mine) != movement.amount:
        is_more = sum(row.amount for row in mine) < movement.amount
        yield Kind.MOVED_ELSEWHERE if is_more else Kind.AMOUNT_DIFFERS, words, theirs


def _same(rows: Sequence[Row[Any]], movement: Movement) -> list[Row[Any]]:
    named = [row for row in rows if (row.provider_reference or "").split(PART)[0] == movement.reference]
    keyed = [row for row in rows if (movement.key or "").rpartition(":")[0] == row.id]
    nameless = [r for r in rows if r.key_number == 0 and r.provider_reference is None and r.amount == movement.amount]
    return named or keyed or nameless[:1]


def _disputes(rows: Sequence[Row[Any]], disputes: Sequence[Dispute]) -> _Said:
    known = {row.provider_reference: row for row in rows}
    for dispute in disputes:
        mine = known.get(dispute.reference)
        if mine is None or (mine.status, mine.amount) != (dispute.status, dispute.amount):
            words = "nothing" if mine is None else f"{_text(mine.amount)} {mine.status}"
            yield Kind.DISPUTE_CHANGED, words, f"{dispute.reference} {_text(dispute.amount)} {dispute.status}"


def _sums(ours: Ours, told: StatusResult, held: Decimal) -> _Said:
    """Compare what the ledger adds up to: money that no row explains, on either side."""
    waiting = sum((m.amount for m in told.captures if m.status is MovementStatus.PENDING), ZERO)
    unbooked = max(ZERO, _done_there(told.captures) - _done(ours.captures))
    if held - unbooked > told.held + waiting:
        yield Kind.NOT_HELD, f"held {_text(held)}", f"held {_text(told.held)}"
    elif held < told.held:
        yield Kind.AMOUNT_DIFFERS, f"held {_text(held)}", f"held {_text(told.held)}"
    lost = sum((row.amount for row in ours.disputes if row.status == DisputeStatus.LOST), ZERO)
    booked = {
        "captured": (total("captured", ours.flows), _done(ours.captures)),
        "refunded": (total("refunded", ours.flows) - lost, _done(ours.refunds)),
    }
    for name, (ledger, rows) in booked.items():
        if ledger != rows:
            yield Kind.AMOUNT_DIFFERS, f"ledger {name} {_text(ledger)}", f"rows {name} {_text(rows)}"
    if told.fees is not None and total("fees", ours.flows) != told.fees:
        yield Kind.FEES_DIFFER, f"fees {_text(total('fees', ours.flows))}", f"fees {_text(told.fees)}"


def _done(rows: Sequence[Row[Any]]) -> Decimal:
    return sum((row.amount for row in rows if row.state == MoneyState.DONE), ZERO)


def _done_there(movements: Sequence[Movement]) -> Decimal:
    return sum((one.amount for one in movements if one.status is MovementStatus.DONE), ZERO)


def _text(amount: Decimal) -> str:
    return str(to_number(amount))


# A session is looked after while a checkout, its resolving or its release is under way.
_SESSION: Final = """
SELECT s.id, s.provider_id, s.fate, s.order_id, p.id AS payment_id,
  s.fate IN ('creating', 'superseded', 'releasing') OR EXISTS (
    SELECT FROM checkout_attempt a WHERE a.session_id = s.id AND a.state IN ('open', 'handed_over')) AS is_looked_after
FROM payment_session s LEFT JOIN payment p ON p.payment_session_id = s.id WHERE s.id = $1
"""
_MOVED: Final = """
SELECT m.id, m.state, m.amount, m.provider_reference, m.key_number, EXISTS (
    SELECT FROM ledger_entry e WHERE split_part(e.source_id, ':', 1) = m.id AND 'settled_by_hand' IN (e.debit, e.credit)
  ) AS is_by_hand
FROM {table} m WHERE m.payment_id = $1 ORDER BY m.id
"""
_DISPUTES: Final = "SELECT provider_reference, amount, status FROM payment_dispute WHERE payment_id = $1"
