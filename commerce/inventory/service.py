"""Writes of the inventory module: items and levels (contract section 21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.models import InventoryItem, InventoryLevel
from kit.db import save
from kit.errors import invalid_data
from kit.ids import new_id

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
    weight: Decimal | None = None
    length: Decimal | None = None
    height: Decimal | None = None
    width: Decimal | None = None
    thumbnail: str | None = None


@dataclass(frozen=True)
class NewInventoryLevel:
    """How much of an item lies at a location."""

    inventory_item_id: str
    location_id: str
    stocked_quantity: Decimal = NOTHING
    incoming_quantity: Decimal = NOTHING


async def create_inventory_items(session: AsyncSession, items: Sequence[NewInventoryItem]) -> list[str]:
    """Create items; return their ids in the same order. Errors: `invalid_data` for a sku that is taken."""
    rows = [InventoryItem(id=new_id("iitem"), **vars(item)) for item in items]
    await save(session, *rows)
    return [row.id for row in rows]


async def create_levels(session: AsyncSession, levels: Sequence[NewInventoryLevel]) -> None:
    """Create levels. Errors: `invalid_data` for negative stock or a second level of an item at a location."""
    if any(level.stocked_quantity < 0 or level.incoming_quantity < 0 for level in levels):
        raise invalid_data("A quantity in stock must not be negative")
    await save(session, *[InventoryLevel(id=new_id("ilev"), **vars(level)) for level in levels])
