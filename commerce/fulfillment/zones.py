"""Fulfilment sets and where they reach: service zones, made of geo zones (contract section 12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.models import (
    FulfillmentSet,
    GeoZone,
    GeoZoneType,
    ServiceZone,
    ShippingOption,
    ShippingOptionRule,
)
from kit import clock
from kit.db import save
from kit.errors import not_found
from kit.ids import new_id
from kit.outbox import tell
from kit.rows import change, locked
from kit.tables import Entity

E = TypeVar("E", bound=Entity)


@dataclass(frozen=True)
class NewGeoZone:
    """A part of a service zone, as fine as its type; with an `id` the one that is there."""

    country_code: str
    type: GeoZoneType = GeoZoneType.COUNTRY
    province_code: str | None = None
    city: str | None = None
    postal_expression: dict[str, Any] | None = None
    metadata: Mapping[str, Any] | None = None
    id: str | None = None

    def columns(self) -> dict[str, Any]:
        """Return what is stored: codes in lower case."""
        return {
            "type": self.type,
            "country_code": self.country_code.lower(),
            "province_code": self.province_code and self.province_code.lower(),
            "city": self.city,
            "postal_expression": self.postal_expression,
            "metadata_": self.metadata and dict(self.metadata),
        }


async def create_fulfillment_set(session: AsyncSession, name: str, type_: str) -> FulfillmentSet:
    """Create a set, of no location yet. Errors: `invalid_data` for a name that is taken."""
    row = FulfillmentSet(id=new_id("fuset"), name=name, type=type_)
    await save(session, row)
    return row


async def delete_fulfillment_sets(session: AsyncSession, *set_ids: str) -> None:
    """Soft-delete sets with their zones and what is shipped there."""
    await _retire(session, FulfillmentSet, FulfillmentSet.id.in_(set_ids))
    zones = await _retire(session, ServiceZone, ServiceZone.fulfillment_set_id.in_(set_ids))
    await _empty(session, zones)


async def create_service_zone(
    session: AsyncSession, fulfillment_set_id: str, name: str, geo_zones: Sequence[NewGeoZone] = ()
) -> ServiceZone:
    """Create a zone with its geo zones. Errors: `not_found` for the set, `invalid_data` for a taken name."""
    await locked(session, FulfillmentSet, fulfillment_set_id)
    zone = ServiceZone(id=new_id("serzo"), name=name, fulfillment_set_id=fulfillment_set_id)
    await save(session, zone)
    await save(session, *[GeoZone(service_zone_id=zone.id, **geo.columns()) for geo in geo_zones])
    return zone


async def add_service_zone(
    session: AsyncSession, fulfillment_set_id: str, name: str, geo_zones: Sequence[NewGeoZone]
) -> str:
    """Create a zone as `create_service_zone` does, and return the id of the set."""
    await create_service_zone(session, fulfillment_set_id, name, geo_zones)
    return fulfillment_set_id


async def update_service_zone(
    session: AsyncSession,
    fulfillment_set_id: str,
    zone_id: str,
    *,
    name: str | None = None,
    geo_zones: Sequence[NewGeoZone] | None = None,
) -> str:
    """Change the name, and make `geo_zones` the only ones: by id, or anew; return the set's id.

    Errors: `not_found`, `invalid_data` for a taken name.
    """
    zone = await _zone(session, fulfillment_set_id, zone_id)
    await change(session, zone, {} if name is None else {"name": name})
    if geo_zones is not None:
        await _replace(session, zone_id, geo_zones)
    return fulfillment_set_id


async def delete_service_zone(session: AsyncSession, fulfillment_set_id: str, zone_id: str) -> str:
    """Soft-delete a zone with what is shipped there, and return the set's id. Errors: `not_found`."""
    await _zone(session, fulfillment_set_id, zone_id)
    await _empty(session, await _retire(session, ServiceZone, ServiceZone.id == zone_id))
    return fulfillment_set_id


async def _zone(session: AsyncSession, fulfillment_set_id: str, zone_id: str) -> ServiceZone:
    zone = await locked(session, ServiceZone, zone_id)
    if zone.fulfillment_set_id != fulfillment_set_id:
        raise not_found(f"Service zone with id: {zone_id} was not found in fulfillment set {fulfillment_set_id}")
    return zone


async def _replace(session: AsyncSession, zone_id: str, geo_zones: Sequence[NewGeoZone]) -> None:
    there = select(GeoZone).where(GeoZone.service_zone_id == zone_id, GeoZone.deleted_at.is_(None))
    rows = {row.id: row for row in await session.scalars(there)}
    kept = {geo.id: geo for geo in geo_zones if geo.id is not None}
    if missing := sorted(kept.keys() - rows.keys()):
        raise not_found(f"Geo zone with id: {missing[0]} was not found")
    await _retire(session, GeoZone, GeoZone.id.in_(rows.keys() - kept.keys()))
    for id_, geo in kept.items():
        for name, value in geo.columns().items():
            setattr(rows[id_], name, value)
    await save(session, *[GeoZone(service_zone_id=zone_id, **geo.columns()) for geo in geo_zones if geo.id is None])


async def _empty(session: AsyncSession, zone_ids: Sequence[str]) -> None:
    """Soft-delete the geo zones and the shipping options of zones that are gone."""
    await _retire(session, GeoZone, GeoZone.service_zone_id.in_(zone_ids))
    options = await _retire(session, ShippingOption, ShippingOption.service_zone_id.in_(zone_ids))
    await _retire(session, ShippingOptionRule, ShippingOptionRule.shipping_option_id.in_(options))
    await tell(session, "shipping-option.deleted", *options)


async def _retire(session: AsyncSession, model: type[E], which: ColumnElement[bool]) -> list[str]:
    gone = update(model).where(which, model.deleted_at.is_(None)).values(deleted_at=clock.now())
    return list(await session.scalars(gone.returning(model.id)))
