"""Create a fulfilment set of a stock location."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment import service as fulfillment
from commerce.fulfillment.models import FulfillmentSet
from commerce.stock_location.service import link_location


async def create_fulfillment_set(session: AsyncSession, location_id: str, name: str, type_: str) -> FulfillmentSet:
    """Create a set that the location offers. Errors: `invalid_data` for a name that is taken."""
    row = await fulfillment.create_fulfillment_set(session, name, type_)
    await link_location(session, location_id, fulfillment_sets=[row.id])
    return row
