"""Writes of the inventory module: items and their levels at locations (contract section 21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.models import InventoryItem, InventoryLevel
from commerce.inventory.rules import not_stocked, refuse_deletion
from kit.db import run
from kit.errors import about, in_list, invalid_data, not_allowed, not_found
from kit.ids import new_id
from kit.inserts import insert_all
from kit.outbox import tell
from kit.rows import Batch, change, keep, locked, retire, save_each

NOTHING = Decimal(0)


@dataclass(frozen=True)
class NewInventoryItem:
    """A thing to keep in stock."""

    sku: str | None = None
    title: str | None = None
    description: str | None = None
    requires_shipping: bool = True
    hs_code: str | None = None
    origin_country: str | None = None
    mid_code: str | None = None
    material: str | None = None
    unit_of_measure: str | None = None
    weight: Decimal | None = None
    length: Decimal | None = None
    height: Decimal | None = None
    width: Decimal | None = None
    thumbnail: str | None = None
    metadata_: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class NewInventoryLevel:
    """How much of an item lies at a location."""

    inventory_item_id: str
    location_id: str
    stocked_quantity: Decimal = NOTHING
    incoming_quantity: Decimal = NOTHING


@dataclass(frozen=True)
class LevelChange:
    """What a level is set to; None leaves a quantity as it is."""

    inventory_item_id: str
    location_id: str
    stocked_quantity: Decimal | None = None
    incoming_quantity: Decimal | None = None


@dataclass(frozen=True)
class LevelBatch:
    """Levels to create, to change, and to delete by id; `force` deletes what still has stock."""

    create: Sequence[NewInventoryLevel] = ()
    update: Sequence[LevelChange] = ()
    delete: Sequence[str] = ()
    force: bool = False


async def create_inventory_items(session: AsyncSession, items: Sequence[NewInventoryItem]) -> list[str]:
    """Create items; return their ids in the same order. Errors: `invalid_data` for a sku that is taken."""
    ids = [new_id("iitem") for _ in items]
    await insert_all(session, InventoryItem, [{"id": one, **vars(item)} for one, item in zip(ids, items, strict=True)])
    await tell(session, "inventory-item.created", *ids)
    return ids


async def update_inventory_item(session: AsyncSession, item_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: `not_found`, `invalid_data` for a sku that is taken."""
    await change(session, await locked(session, InventoryItem, item_id), given)
    await tell(session, "inventory-item.updated", item_id)
    return item_id


async def delete_inventory_items(session: AsyncSession, *item_ids: str) -> None:
    """Soft-delete items with their levels.

    What variants are made of stays linked, so that a variant whose item is gone is not sold without limit.
    Errors: `not_allowed` while units of one are reserved.
    """
    items = select(InventoryItem.id).where(InventoryItem.id.in_(item_ids)).order_by(InventoryItem.id)
    await session.execute(items.with_for_update(key_share=True))  # a level that is being made is waited for
    levels = await run(session, _LOCK_OF_ITEMS, list(item_ids))
    held = sorted({level.inventory_item_id for level in levels if level.reserved_quantity})
    if held:
        raise not_allowed(
            f"Cannot remove following inventory item(s) since they have reservations: [{', '.join(held)}]."
        )
    await retire(session, InventoryLevel, *(level.id for level in levels))
    await tell(session, "inventory-item.deleted", *await retire(session, InventoryItem, *item_ids))


async def delete_inventory_item(session: AsyncSession, item_id: str) -> str:
    """Delete one item as `delete_inventory_items` does, and return its id."""
    await delete_inventory_items(session, item_id)
    return item_id


async def delete_levels_of_location(session: AsyncSession, location_id: str) -> None:
    """Soft-delete every level at a location, whatever lies there. Errors: `not_allowed` while units are reserved."""
    levels = await run(session, _LOCK_AT, location_id)
    if any(level.reserved_quantity for level in levels):
        raise not_allowed(f"Cannot remove Stock Location {location_id} because there are reservations at location")
    gone = await retire(session, InventoryLevel, *(level.id for level in levels))
    await tell(session, "inventory-level.deleted", *gone)


async def create_levels(session: AsyncSession, levels: Sequence[NewInventoryLevel]) -> list[str]:
    """Create levels; return their ids in the same order.

    Errors: `not_found` for an unknown item, `invalid_data` for negative stock or a second level of an item at a
    location.
    """
    if any(level.stocked_quantity < 0 or level.incoming_quantity < 0 for level in levels):
        raise invalid_data("A quantity in stock must not be negative")
    await keep(session, InventoryItem, *sorted({level.inventory_item_id for level in levels}))
    rows = [InventoryLevel(id=new_id("ilev"), **vars(level)) for level in levels]
    await save_each(session, rows)
    await tell(session, "inventory-level.created", *(row.id for row in rows))
    return [row.id for row in rows]


async def update_level(session: AsyncSession, wanted: LevelChange) -> str:
    """Set a level's quantities, and return the item's id. Errors: `not_found` for a location without the item."""
    levels = await run(session, _LOCK, [], [wanted.inventory_item_id], [wanted.location_id])
    await _update_levels(session, [wanted], levels)
    return wanted.inventory_item_id


async def delete_level(session: AsyncSession, item_id: str, location_id: str) -> str:
    """Soft-delete the level of an item at a location, and return its id.

    Errors: `not_found`, `not_allowed` while units lie, are reserved or are awaited there.
    """
    levels = await run(session, _LOCK, [], [item_id], [location_id])
    if not levels:
        raise not_found(f"Inventory Level for Item {item_id} at Location {location_id} not found")
    if levels[0].reserved_quantity:
        raise not_allowed(
            f"Cannot remove Inventory Level {item_id} at Location {location_id}"
            " because there are reservations at location"
        )
    await _delete(session, levels, force=False)
    return str(levels[0].id)


async def change_levels(session: AsyncSession, batch: LevelBatch, item_id: str | None = None) -> Batch:
    """Delete, change and create levels, by a constant number of statements; with `item_id` of that item only.

    Deleting what is not there is no error. A refusal names its element: `update[3]: ...`. Errors: `not_found` for a
    change of a level that is not there, `not_allowed` for deleting one with units, and as `create_levels`.
    """
    items, places = [each.inventory_item_id for each in batch.update], [each.location_id for each in batch.update]
    levels = await run(session, _LOCK, list(batch.delete), items, places) if batch.delete or items else []
    unwanted = set(batch.delete)
    gone = [each for each in levels if each.id in unwanted and item_id in {None, each.inventory_item_id}]
    await _delete(session, gone, force=batch.force)
    deleted = tuple(each.id for each in gone)
    with in_list("update"):
        updated = await _update_levels(session, batch.update, [each for each in levels if each.id not in deleted])
    with in_list("create"):
        created = await create_levels(session, batch.create) if batch.create else []
    return Batch(tuple(created), tuple(updated), deleted)


async def _update_levels(session: AsyncSession, changes: Sequence[LevelChange], levels: Sequence[Any]) -> list[str]:
    """Set the quantities of locked levels; return their ids, in the order of the changes.

    Less stock than what is reserved is a fact to be kept: the newest reservations then count as backordered.
    Errors: `not_found` for a location that does not have the item.
    """
    there = {(each.inventory_item_id, each.location_id): each.id for each in levels}
    found: dict[str, LevelChange] = {}
    for number, wanted in enumerate(changes):
        place = (wanted.inventory_item_id, wanted.location_id)
        with about(number):
            if place not in there:
                raise not_stocked(*place)
        found[there[place]] = wanted
    if found:
        stocked = [each.stocked_quantity for each in found.values()]
        incoming = [each.incoming_quantity for each in found.values()]
        await run(session, _SET, list(found), stocked, incoming)
        await run(session, _SHARE_SHORTAGE, list(found))
        await tell(session, "inventory-level.updated", *found)
    return list(found)


async def _delete(session: AsyncSession, levels: Sequence[Any], *, force: bool) -> None:
    refuse_deletion(levels, force=force)
    await tell(session, "inventory-level.deleted", *await retire(session, InventoryLevel, *(one.id for one in levels)))


_LOCK: Final = """
SELECT l.id, l.inventory_item_id, l.location_id, l.stocked_quantity, l.reserved_quantity, l.incoming_quantity
FROM inventory_level l WHERE l.deleted_at IS NULL AND l.id IN (
  SELECT unnest($1::text[]) UNION
  SELECT v.id FROM unnest($2::text[], $3::text[]) AS k(item_id, location_id)
  JOIN inventory_level v ON v.inventory_item_id = k.item_id AND v.location_id = k.location_id AND v.deleted_at IS NULL)
ORDER BY l.id FOR UPDATE OF l
"""
_LOCK_OF_ITEMS: Final = """
SELECT id, inventory_item_id, reserved_quantity FROM inventory_level
WHERE inventory_item_id = ANY($1::text[]) AND deleted_at IS NULL ORDER BY id FOR UPDATE
"""
_LOCK_AT: Final = """
SELECT id, reserved_quantity FROM inventory_level WHERE location_id = $1 AND deleted_at IS NULL ORDER BY id FOR UPDATE
"""
_SET: Final = """
UPDATE inventory_level l SET updated_at = now(), incoming_quantity = coalesce(x.incoming, l.incoming_quantity),
  stocked_quantity = coalesce(x.stocked, l.stocked_quantity),
  backordered_quantity = greatest(l.reserved_quantity - greatest(coalesce(x.stocked, l.stocked_quantity), 0), 0)
FROM unnest($1::text[], $2::numeric[], $3::numeric[]) AS x(id, stocked, incoming) WHERE l.id = x.id
"""
_SHARE_SHORTAGE: Final = """
WITH newest AS (
  SELECT r.id, l.backordered_quantity - coalesce(sum(r.quantity) OVER (
    PARTITION BY l.id ORDER BY r.id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS short
  FROM inventory_level l JOIN reservation_item r USING (inventory_item_id, location_id)
  WHERE l.id = ANY($1::text[]) AND (l.backordered_quantity > 0 OR EXISTS (
    SELECT FROM reservation_item b WHERE b.inventory_item_id = l.inventory_item_id AND b.location_id = l.location_id
    AND b.backordered_quantity > 0)))
UPDATE reservation_item r SET backordered_quantity = greatest(least(r.quantity, n.short), 0)
FROM newest n WHERE r.id = n.id AND r.backordered_quantity <> greatest(least(r.quantity, n.short), 0)
"""
