"""Create a fulfilment set of a stock location."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment import zones
from commerce.fulfillment.models import FulfillmentSet
from commerce.stock_location.models import StockLocation
from commerce.stock_location.service import link_location
from kit.rows import locked


async def create_fulfillment_set(session: AsyncSession, location_id: str, name: str, type_: str) -> FulfillmentSet:
    """Create a set that the location offers.

    Errors: `not_found` for the location, `invalid_data` for a name that is taken.
    """
    await locked(session, StockLocation, location_id)
    row = await zones.create_fulfillment_set(session, name, type_)
    await link_location(session, location_id, fulfillment_sets=[row.id])
    return row


async def offer_fulfillment_set(session: AsyncSession, location_id: str, name: str, type_: str) -> str:
    """Create a set as `create_fulfillment_set` does, and return the id of the location."""
    await create_fulfillment_set(session, location_id, name, type_)
    return location_id
