"""Create, change and delete inventory levels at stock locations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.inventory.service import LevelBatch, NewInventoryLevel, change_levels, create_levels
from commerce.stock_location.models import StockLocation
from kit.rows import Batch, keep


async def change_inventory_levels(session: AsyncSession, batch: LevelBatch, item_id: str | None = None) -> Batch:
    """Change the levels, with `item_id` those of that item; new ones need a location that is there.

    Errors: `not_found` for an unknown location, and as commerce.inventory.service.change_levels.
    """
    await _keep_locations(session, batch.create)
    return await change_levels(session, batch, item_id)


async def create_inventory_level(session: AsyncSession, level: NewInventoryLevel) -> str:
    """Create a level and return the item's id. Errors: as `create_inventory_levels`."""
    await create_inventory_levels(session, [level])
    return level.inventory_item_id


async def create_inventory_levels(session: AsyncSession, levels: Sequence[NewInventoryLevel]) -> list[str]:
    """Create levels and return their ids.

    Errors: `not_found` for an unknown location, and as commerce.inventory.service.create_levels.
    """
    await _keep_locations(session, levels)
    return await create_levels(session, levels) if levels else []


async def _keep_locations(session: AsyncSession, levels: Sequence[NewInventoryLevel]) -> None:
    await keep(session, StockLocation, *sorted({level.location_id for level in levels}))
