"""Delete a stock location, with its levels, its fulfilment sets and what leads to it."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.zones import delete_fulfillment_sets
from commerce.inventory.service import delete_levels_of_location
from commerce.stock_location import service as locations
from commerce.store.models import Store


async def delete_stock_location(session: AsyncSession, location_id: str) -> str:
    """Soft-delete a location and return its id; a store whose default it was has none.

    Errors: `not_allowed` while units are reserved there: an order was promised them.
    """
    # First the location: a level that is being made there holds it, and is waited for.
    set_ids = await locations.delete_stock_location(session, location_id)
    await delete_levels_of_location(session, location_id)
    await delete_fulfillment_sets(session, *set_ids)
    default = update(Store).where(Store.default_location_id == location_id)
    await session.execute(default.values(default_location_id=None))
    return location_id
