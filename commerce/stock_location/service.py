"""Writes of the stock location module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.stock_location.models import (
    LocationFulfillmentProvider,
    LocationFulfillmentSet,
    SalesChannelStockLocation,
    StockLocation,
    StockLocationAddress,
)
from kit.db import save
from kit.ids import new_id


@dataclass(frozen=True)
class LocationAddress:
    """Where a location is."""

    address_1: str
    country_code: str
    address_2: str | None = None
    company: str | None = None
    city: str | None = None
    phone: str | None = None
    province: str | None = None
    postal_code: str | None = None


async def create_stock_location(
    session: AsyncSession, name: str, address: LocationAddress | None = None
) -> StockLocation:
    """Create a location, with its address when there is one."""
    location = StockLocation(id=new_id("sloc"), name=name)
    if address is not None:
        location.address_id = new_id("laddr")
        await save(session, StockLocationAddress(id=location.address_id, **asdict(address)))
    await save(session, location)
    return location


async def link_location(
    session: AsyncSession,
    location_id: str,
    *,
    sales_channels: Sequence[str] = (),
    fulfillment_providers: Sequence[str] = (),
    fulfillment_sets: Sequence[str] = (),
) -> None:
    """Say which channels a location serves, with which providers and which fulfilment sets."""
    await save(
        session,
        *[SalesChannelStockLocation(sales_channel_id=one, stock_location_id=location_id) for one in sales_channels],
        *[
            LocationFulfillmentProvider(fulfillment_provider_id=one, stock_location_id=location_id)
            for one in fulfillment_providers
        ],
        *[LocationFulfillmentSet(fulfillment_set_id=one, stock_location_id=location_id) for one in fulfillment_sets],
    )
