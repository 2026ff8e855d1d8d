"""Say which sales channels a stock location serves, and which fulfilment providers it works with."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.models import FulfillmentProvider
from commerce.sales_channel.service import require_channels
from commerce.stock_location.models import StockLocation
from commerce.stock_location.service import link_location, unlink_location
from kit.errors import not_found
from kit.rows import locked


async def link_sales_channels(
    session: AsyncSession, location_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> str:
    """Link channels with the location and return its id. Errors: `not_found` for an unknown one of either."""
    await locked(session, StockLocation, location_id)
    await require_channels(session, add)
    await unlink_location(session, location_id, sales_channels=remove)
    await link_location(session, location_id, sales_channels=sorted(set(add)))
    return location_id


async def link_fulfillment_providers(
    session: AsyncSession, location_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> str:
    """Link providers with the location and return its id. Errors: `not_found` for an unknown one of either."""
    await locked(session, StockLocation, location_id)
    known = set(await session.scalars(select(FulfillmentProvider.id).where(FulfillmentProvider.id.in_(add))))
    if missing := sorted(set(add) - known):
        raise not_found(f"Fulfillment providers with ids: {', '.join(missing)} were not found")
    await unlink_location(session, location_id, fulfillment_providers=remove)
    await link_location(session, location_id, fulfillment_providers=sorted(known))
    return location_id
