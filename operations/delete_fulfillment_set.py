"""Delete a fulfilment set."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.zones import delete_fulfillment_sets
from commerce.stock_location.models import LocationFulfillmentSet


async def delete_fulfillment_set(session: AsyncSession, set_id: str) -> str:
    """Soft-delete a set with its zones and what is shipped there, and return its id; its location offers it no more."""
    await delete_fulfillment_sets(session, set_id)
    links = LocationFulfillmentSet
    await session.execute(delete(links).where(links.fulfillment_set_id == set_id))
    return set_id
