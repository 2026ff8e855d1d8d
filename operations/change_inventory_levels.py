"""Create, change and delete inventory levels at stock locations."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.service import LevelBatch, NewInventoryLevel, change_levels
from commerce.stock_location.models import StockLocation
from kit.rows import Batch, keep


async def change_inventory_levels(session: AsyncSession, batch: LevelBatch, item_id: str | None = None) -> Batch:
    """Change the levels, with `item_id` those of that item; new ones need a location that is there.

    Errors: `not_found` for an unknown location, and as commerce.inventory.service.change_levels.
    """
    await keep(session, StockLocation, *sorted({level.location_id for level in batch.create}))
    return await change_levels(session, batch, item_id)


async def create_inventory_level(session: AsyncSession, level: NewInventoryLevel) -> str:
    """Create a level and return the item's id; errors as `change_inventory_levels`."""
    await change_inventory_levels(session, LevelBatch(create=[level]))
    return level.inventory_item_id
