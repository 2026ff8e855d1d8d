"""Writes of the stock location module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
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
from kit.rows import change, keep, locked, retire


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
    metadata_: Mapping[str, Any] | None = None


async def create_stock_location(
    session: AsyncSession,
    name: str,
    address: LocationAddress | None = None,
    *,
    address_id: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> StockLocation:
    """Create a location, with its address or the one that is there. Errors: `not_found` for an unknown address."""
    location = StockLocation(id=new_id("sloc"), name=name, metadata_=metadata and dict(metadata))
    if address is not None:
        location.address_id = new_id("laddr")
        await save(session, StockLocationAddress(id=location.address_id, **asdict(address)))
    elif address_id is not None:
        await keep(session, StockLocationAddress, address_id)
        location.address_id = address_id
    await save(session, location)
    return location


async def update_stock_location(session: AsyncSession, location_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given; an `address` changes the location's own, or becomes it. Errors: `not_found`."""
    columns = dict(given)
    address = columns.pop("address", None)
    location = await locked(session, StockLocation, location_id)
    if columns.get("address_id") is not None:
        await keep(session, StockLocationAddress, columns["address_id"])
    if address is not None and location.address_id is not None:
        await change(session, await locked(session, StockLocationAddress, location.address_id), address)
    elif address is not None:
        row = StockLocationAddress(
            **{name: value for name, value in address.items() if name != "metadata"}, metadata_=address.get("metadata")
        )
        await save(session, row)
        columns["address_id"] = row.id
    await change(session, location, columns)
    return location_id


async def delete_stock_location(session: AsyncSession, location_id: str) -> list[str]:
    """Soft-delete a location, which serves no channel any more; return the fulfilment sets that it offered."""
    if not await retire(session, StockLocation, location_id):
        return []
    for links in (SalesChannelStockLocation, LocationFulfillmentProvider):
        await session.execute(delete(links).where(links.stock_location_id == location_id))
    offered = delete(LocationFulfillmentSet).where(LocationFulfillmentSet.stock_location_id == location_id)
    return list(await session.scalars(offered.returning(LocationFulfillmentSet.fulfillment_set_id)))


async def link_location(
    session: AsyncSession,
    location_id: str,
    *,
    sales_channels: Sequence[str] = (),
    fulfillment_providers: Sequence[str] = (),
    fulfillment_sets: Sequence[str] = (),
) -> None:
    """Say which channels a location serves too, with which providers and which fulfilment sets; again is no error."""
    links = (
        (SalesChannelStockLocation, "sales_channel_id", sales_channels),
        (LocationFulfillmentProvider, "fulfillment_provider_id", fulfillment_providers),
        (LocationFulfillmentSet, "fulfillment_set_id", fulfillment_sets),
    )
    for table, column, ids in links:
        rows = [{column: one, "stock_location_id": location_id} for one in ids]
        if rows:
            await session.execute(insert(table).on_conflict_do_nothing(), rows)


async def unlink_location(
    session: AsyncSession,
    location_id: str,
    *,
    sales_channels: Sequence[str] = (),
    fulfillment_providers: Sequence[str] = (),
) -> None:
    """Say which channels a location serves no more, and which providers it works with no more."""
    served, works = SalesChannelStockLocation, LocationFulfillmentProvider
    gone = (
        delete(served).where(served.stock_location_id == location_id, served.sales_channel_id.in_(sales_channels)),
        delete(works).where(
            works.stock_location_id == location_id, works.fulfillment_provider_id.in_(fulfillment_providers)
        ),
    )
    for statement, ids in zip(gone, (sales_channels, fulfillment_providers), strict=True):
        if ids:
            await session.execute(statement)
