"""Writes of the fulfilment module (contract section 12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.fulfillment.models import (
    FulfillmentSet,
    GeoZone,
    GeoZoneType,
    PriceType,
    ServiceZone,
    ShippingOption,
    ShippingOptionRule,
    ShippingOptionType,
    ShippingProfile,
)
from kit.db import save
from kit.ids import new_id


@dataclass(frozen=True)
class NewGeoZone:
    """A part of a service zone, as fine as its type."""

    country_code: str
    type: GeoZoneType = GeoZoneType.COUNTRY
    province_code: str | None = None
    city: str | None = None
    postal_expression: dict[str, Any] | None = None


@dataclass(frozen=True)
class NewOptionType:
    """A label for a kind of shipping."""

    label: str
    code: str
    description: str | None = None


@dataclass(frozen=True)
class NewShippingOption:
    """A way to ship; `rules` are triples of attribute, operator and value."""

    name: str
    service_zone_id: str
    shipping_profile_id: str
    provider_id: str
    type_id: str
    price_type: PriceType = PriceType.FLAT
    rules: Sequence[tuple[str, str, Any]] = ()
    data: Mapping[str, Any] | None = None


async def create_shipping_profile(session: AsyncSession, name: str, type_: str) -> ShippingProfile:
    """Create a profile. Errors: `invalid_data` for a name that is taken."""
    profile = ShippingProfile(id=new_id("sp"), name=name, type=type_)
    await save(session, profile)
    return profile


async def create_fulfillment_set(session: AsyncSession, name: str, type_: str) -> FulfillmentSet:
    """Create a set, of no location yet. Errors: `invalid_data` for a name that is taken."""
    row = FulfillmentSet(id=new_id("fuset"), name=name, type=type_)
    await save(session, row)
    return row


async def create_service_zone(
    session: AsyncSession, fulfillment_set_id: str, name: str, geo_zones: Sequence[NewGeoZone]
) -> ServiceZone:
    """Create a zone with its geo zones; codes are kept in lower case. Errors: `invalid_data` for a taken name."""
    zone = ServiceZone(id=new_id("serzo"), name=name, fulfillment_set_id=fulfillment_set_id)
    await save(session, zone)
    rows = [
        GeoZone(
            id=new_id("fgz"),
            service_zone_id=zone.id,
            type=geo.type,
            country_code=geo.country_code.lower(),
            province_code=geo.province_code and geo.province_code.lower(),
            city=geo.city,
            postal_expression=geo.postal_expression,
        )
        for geo in geo_zones
    ]
    await save(session, *rows)
    return zone


async def create_option_type(session: AsyncSession, option_type: NewOptionType) -> ShippingOptionType:
    """Create a label for shipping options."""
    row = ShippingOptionType(id=new_id("sotype"), **vars(option_type))
    await save(session, row)
    return row


async def create_shipping_option(session: AsyncSession, option: NewShippingOption) -> ShippingOption:
    """Create an option with its rules; its prices are the pricing module's."""
    row = ShippingOption(
        id=new_id("so"),
        name=option.name,
        price_type=option.price_type,
        service_zone_id=option.service_zone_id,
        shipping_profile_id=option.shipping_profile_id,
        provider_id=option.provider_id,
        shipping_option_type_id=option.type_id,
        data=option.data and dict(option.data),
    )
    await save(session, row)
    rules = [
        ShippingOptionRule(
            id=new_id("sorul"), shipping_option_id=row.id, attribute=name, operator=operator, value=value
        )
        for name, operator, value in option.rules
    ]
    await save(session, *rules)
    return row
