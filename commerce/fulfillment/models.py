"""Tables of the fulfilment module (contract section 12)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Base, Entity, Metadata, Timestamped, live_unique, one_of


class GeoZoneType(StrEnum):
    """How finely a geo zone looks at an address."""

    COUNTRY = "country"
    PROVINCE = "province"
    CITY = "city"
    ZIP = "zip"


class PriceType(StrEnum):
    """Whether a shipping option's price is stored or asked for."""

    FLAT = "flat"
    CALCULATED = "calculated"


class FulfillmentProvider(Timestamped, Base):
    """Somebody who ships."""

    __tablename__ = "fulfillment_provider"

    id: Mapped[str] = mapped_column(primary_key=True)
    is_enabled: Mapped[bool] = mapped_column(default=True)


class ShippingProfile(Entity):
    """Goods that are shipped alike."""

    __tablename__ = "shipping_profile"
    __table_args__ = (live_unique("shipping_profile", "name"),)
    prefix = "sp"

    name: Mapped[str]
    type: Mapped[str]
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class FulfillmentSet(Entity):
    """The ways in which a location sends or hands out goods."""

    __tablename__ = "fulfillment_set"
    __table_args__ = (live_unique("fulfillment_set", "name"),)
    prefix = "fuset"

    name: Mapped[str]
    type: Mapped[str]
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class ServiceZone(Entity):
    """An area served by a fulfilment set."""

    __tablename__ = "service_zone"
    __table_args__ = (live_unique("service_zone", "name"),)
    prefix = "serzo"

    name: Mapped[str]
    fulfillment_set_id: Mapped[str] = mapped_column(ForeignKey("fulfillment_set.id"), index=True)
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class GeoZone(Entity):
    """A part of a service zone, matched by equality from country down to postal code."""

    __tablename__ = "geo_zone"
    __table_args__ = (one_of("type", GeoZoneType),)
    prefix = "fgz"

    type: Mapped[str] = mapped_column(default=GeoZoneType.COUNTRY)
    country_code: Mapped[str]
    province_code: Mapped[str | None]
    city: Mapped[str | None]
    postal_expression: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    service_zone_id: Mapped[str] = mapped_column(ForeignKey("service_zone.id"), index=True)
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class ShippingOptionType(Entity):
    """A label for a kind of shipping."""

    __tablename__ = "shipping_option_type"
    prefix = "sotype"

    label: Mapped[str]
    description: Mapped[str | None]
    code: Mapped[str]


class ShippingOption(Entity):
    """A way to ship that a shopper may choose."""

    __tablename__ = "shipping_option"
    __table_args__ = (one_of("price_type", PriceType),)
    prefix = "so"

    name: Mapped[str]
    price_type: Mapped[str] = mapped_column(default=PriceType.FLAT)
    service_zone_id: Mapped[str] = mapped_column(ForeignKey("service_zone.id"), index=True)
    shipping_profile_id: Mapped[str] = mapped_column(ForeignKey("shipping_profile.id"), index=True)
    provider_id: Mapped[str] = mapped_column(ForeignKey("fulfillment_provider.id"))
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    shipping_option_type_id: Mapped[str | None] = mapped_column(ForeignKey("shipping_option_type.id"))


class ShippingOptionRule(Entity):
    """A condition under which an option is offered; `value` is a string or a list of strings."""

    __tablename__ = "shipping_option_rule"
    prefix = "sorul"

    attribute: Mapped[str]
    operator: Mapped[str]
    value: Mapped[Any] = mapped_column(JSONB)
    shipping_option_id: Mapped[str] = mapped_column(ForeignKey("shipping_option.id"), index=True)


class ShippingOptionPriceSet(Base):
    """The price set of a shipping option."""

    __tablename__ = "shipping_option_price_set"

    shipping_option_id: Mapped[str] = mapped_column(ForeignKey("shipping_option.id"), primary_key=True)
    price_set_id: Mapped[str] = mapped_column(unique=True)
