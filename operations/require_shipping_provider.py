"""Whether a service zone's location works with a fulfilment provider."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.models import FulfillmentProvider, ServiceZone
from commerce.stock_location.models import LocationFulfillmentProvider, LocationFulfillmentSet
from kit.errors import not_allowed


async def require_shipping_provider(session: AsyncSession, service_zone_id: str, provider_id: str) -> None:
    """Refuse, with `not_allowed`, a provider that is not enabled, or that the zone's location does not work with."""
    works = (
        select(FulfillmentProvider.id)
        .join(
            LocationFulfillmentProvider, LocationFulfillmentProvider.fulfillment_provider_id == FulfillmentProvider.id
        )
        .join(
            LocationFulfillmentSet,
            LocationFulfillmentSet.stock_location_id == LocationFulfillmentProvider.stock_location_id,
        )
        .join(ServiceZone, ServiceZone.fulfillment_set_id == LocationFulfillmentSet.fulfillment_set_id)
        .where(
            ServiceZone.id == service_zone_id,
            FulfillmentProvider.id == provider_id,
            FulfillmentProvider.is_enabled,
        )
    )
    if await session.scalar(works.limit(1)) is None:
        raise not_allowed(f"Providers ({provider_id}) are not enabled for the service location")
