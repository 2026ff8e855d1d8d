"""Reservations made by hand; they take from the same stock, under the same locks, as a checkout's (contract 21)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.models import ReservationItem
from commerce.inventory.rules import not_enough, not_stocked
from kit.db import one, run, save
from kit.errors import conflict, not_found
from kit.outbox import tell
from kit.rows import change


async def create_reservation(
    session: AsyncSession,
    *,
    inventory_item_id: str,
    location_id: str,
    quantity: Decimal,
    line_item_id: str | None = None,
    description: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> ReservationItem:
    """Reserve units that are available. Errors: `not_found` when the location does not have the item, `not_allowed`."""
    await _take(session, inventory_item_id, location_id, quantity)
    row = ReservationItem(
        inventory_item_id=inventory_item_id,
        location_id=location_id,
        quantity=quantity,
        line_item_id=line_item_id,
        description=description,
        metadata_=metadata and dict(metadata),
    )
    await save(session, row)
    await tell(session, "reservation-item.created", row.id)
    return row


async def update_reservation(session: AsyncSession, reservation_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given; another quantity or location moves what is reserved.

    Errors: `not_found`, `not_allowed` when the additional units are not available, conflict when the reservation
    was moved meanwhile.
    """
    location_id = given.get("location_id")
    row = await _locked(session, reservation_id, location_id)
    if row is None:
        raise not_found(f"Reservation item with id: {reservation_id} was not found")
    quantity = given.get("quantity", row.quantity)
    if location_id in {None, row.location_id}:
        await _resize(session, row, quantity - row.quantity)
    else:
        await _give_back(session, row, row.quantity)
        await _take(session, row.inventory_item_id, location_id, quantity)
    await change(session, row, given)
    await tell(session, "reservation-item.updated", reservation_id)
    return reservation_id


async def delete_reservation(session: AsyncSession, reservation_id: str) -> str:
    """Give the units back and remove the row, as a checkout does. Deleting again is no error (contract section 1)."""
    row = await _locked(session, reservation_id)
    if row is not None:
        await _give_back(session, row, row.quantity)
        await session.delete(row)
        await tell(session, "reservation-item.deleted", reservation_id)
    return reservation_id


async def _locked(session: AsyncSession, reservation_id: str, location_id: str | None = None) -> ReservationItem | None:
    """Lock the levels that a change touches, then read the reservation: it changes under its level's lock only."""
    place = await one(session, _PLACE, reservation_id)
    if place is None:
        return None
    await run(session, _LOCK, place.inventory_item_id, [place.location_id, location_id or place.location_id])
    row = await session.get(ReservationItem, reservation_id)
    if row is not None and row.location_id != place.location_id:
        raise conflict("The reservation was moved meanwhile. Try again.")
    return row


async def _resize(session: AsyncSession, row: ReservationItem, more: Decimal) -> None:
    if more > 0:
        await _take(session, row.inventory_item_id, row.location_id, more)
    elif more < 0:
        await _give_back(session, row, -more)


async def _take(session: AsyncSession, item_id: str, location_id: str, quantity: Decimal) -> None:
    taken = await one(session, _TAKE, item_id, location_id, quantity)
    if taken is None:
        is_there = await one(session, _THERE, item_id, location_id)
        raise not_stocked(item_id, location_id) if is_there is None else not_enough(item_id, location_id)


async def _give_back(session: AsyncSession, row: ReservationItem, quantity: Decimal) -> None:
    """Give units back, those first that were promised beyond stock."""
    beyond = min(quantity, row.backordered_quantity)
    row.backordered_quantity -= beyond
    await run(session, _GIVE_BACK, row.inventory_item_id, row.location_id, quantity, beyond)


_PLACE: Final = "SELECT inventory_item_id, location_id FROM reservation_item WHERE id = $1"
_THERE: Final = """
SELECT id FROM inventory_level WHERE inventory_item_id = $1 AND location_id = $2 AND deleted_at IS NULL
"""
_LOCK: Final = """
SELECT FROM inventory_level WHERE inventory_item_id = $1 AND location_id = ANY($2::text[]) AND deleted_at IS NULL
ORDER BY id FOR UPDATE
"""
_TAKE: Final = """
UPDATE inventory_level SET updated_at = now(), reserved_quantity = reserved_quantity + $3::numeric
WHERE inventory_item_id = $1 AND location_id = $2 AND deleted_at IS NULL
  AND stocked_quantity - reserved_quantity >= $3::numeric
RETURNING id
"""
_GIVE_BACK: Final = """
UPDATE inventory_level SET updated_at = now(), reserved_quantity = reserved_quantity - $3::numeric,
  backordered_quantity = backordered_quantity - $4::numeric
WHERE inventory_item_id = $1 AND location_id = $2 AND deleted_at IS NULL
"""
