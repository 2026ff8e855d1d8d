"""Promise stock to the lines of a checkout, and take the promise back (contract section 21, promises 6 and 8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.rules import Allocation, Level, Need, Shortage, allocate, not_enough
from kit.db import run
from kit.errors import CommerceError, conflict, invalid_data
from kit.ids import new_id


async def reserve(session: AsyncSession, cart_id: str, channel_id: str | None, lines: Mapping[str, str]) -> None:
    """Reserve what the cart's managed variants need, for the order lines that `lines` maps the cart's lines to.

    Five statements whatever the number of lines. Errors, before anything is written: not_allowed without enough stock,
    invalid_data when no location of the channel has the item.
    """
    needs = [Need(*tuple(row)) for row in await run(session, _NEEDS, cart_id)]
    if not needs:
        return
    levels = await _lock_levels(session, needs, channel_id)
    found = allocate(needs, levels)
    if isinstance(found, Shortage):
        raise _shortage(found, channel_id)
    await _take(session, found)
    await run(
        session,
        _INSERT,
        [new_id("resitem") for _ in found],
        [lines[one.line_id] for one in found],
        [one.location_id for one in found],
        [one.inventory_item_id for one in found],
        [one.quantity for one in found],
        [one.backordered for one in found],
    )


async def unreserve(session: AsyncSession, lines: Sequence[str]) -> None:
    """Take back every reservation of the planned order lines; nothing when there is none."""
    await run(session, _LOCK_RESERVED, lines)
    await run(session, _GIVE_BACK, lines)


async def _lock_levels(session: AsyncSession, needs: Sequence[Need], channel_id: str | None) -> list[Level]:
    items = sorted({need.inventory_item_id for need in needs})
    await run(session, _LOCK, items, channel_id)  # by id, so that two carts never wait for each other
    return [Level(*tuple(row)) for row in await run(session, _LEVELS, items, channel_id)]


async def _take(session: AsyncSession, allocations: Sequence[Allocation]) -> None:
    quantities: dict[str, Decimal] = defaultdict(Decimal)
    backordered: dict[str, Decimal] = defaultdict(Decimal)
    for one in allocations:
        quantities[one.level_id] += one.quantity
        backordered[one.level_id] += one.backordered
    taken = await run(session, _TAKE, list(quantities), list(quantities.values()), list(backordered.values()))
    if len(taken) != len(quantities):
        raise conflict("The stock changed while it was reserved. Try again.")


def _shortage(found: Shortage, channel_id: str | None) -> CommerceError:
    need = found.need
    if found.location_id is None:
        return invalid_data(
            f"Sales channel {channel_id} is not associated with any stock location for variant {need.variant_id}"
        )
    return not_enough(need.inventory_item_id, found.location_id)


_NEEDS: Final = """
SELECT i.id, v.id, vi.inventory_item_id, i.quantity * vi.required_quantity, v.allow_backorder
FROM cart_line_item i
JOIN product_variant v ON v.id = i.variant_id AND v.manage_inventory
JOIN product_variant_inventory_item vi ON vi.variant_id = v.id
WHERE i.cart_id = $1 AND i.deleted_at IS NULL
ORDER BY i.created_at, i.id, vi.inventory_item_id
"""
_OF_CHANNEL: Final = """
FROM inventory_level l JOIN sales_channel_stock_location s ON s.stock_location_id = l.location_id
WHERE l.inventory_item_id = ANY($1::text[]) AND s.sales_channel_id = $2 AND l.deleted_at IS NULL
"""
_LOCK: Final = f"SELECT l.id {_OF_CHANNEL} ORDER BY l.id FOR UPDATE OF l"
_LEVELS: Final = f"""
SELECT l.id, l.inventory_item_id, l.location_id, l.stocked_quantity, l.reserved_quantity
{_OF_CHANNEL} ORDER BY l.location_id, l.id
"""
_TAKE: Final = """
UPDATE inventory_level l SET updated_at = now(), reserved_quantity = l.reserved_quantity + x.quantity,
  backordered_quantity = l.backordered_quantity + x.backordered
FROM unnest($1::text[], $2::numeric[], $3::numeric[]) AS x(id, quantity, backordered)
WHERE l.id = x.id AND (x.quantity = x.backordered
  OR l.stocked_quantity - l.reserved_quantity >= x.quantity - x.backordered)
RETURNING l.id
"""
_INSERT: Final = """
INSERT INTO reservation_item (id, line_item_id, location_id, inventory_item_id, quantity, backordered_quantity)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::numeric[])
"""
_LOCK_RESERVED: Final = """
SELECT l.id FROM inventory_level l WHERE l.deleted_at IS NULL AND EXISTS (
  SELECT FROM reservation_item r WHERE r.line_item_id = ANY($1::text[])
  AND r.inventory_item_id = l.inventory_item_id AND r.location_id = l.location_id)
ORDER BY l.id FOR UPDATE
"""
_GIVE_BACK: Final = """
WITH gone AS (
  DELETE FROM reservation_item WHERE line_item_id = ANY($1::text[])
  RETURNING inventory_item_id, location_id, quantity, backordered_quantity)
UPDATE inventory_level l SET updated_at = now(), reserved_quantity = l.reserved_quantity - g.quantity,
  backordered_quantity = l.backordered_quantity - g.backordered
FROM (SELECT inventory_item_id, location_id, sum(quantity) AS quantity, sum(backordered_quantity) AS backordered
      FROM gone GROUP BY 1, 2) g
WHERE l.inventory_item_id = g.inventory_item_id AND l.location_id = g.location_id AND l.deleted_at IS NULL
"""
