"""Tables of the stock location module."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Base, Entity, Metadata


class StockLocationAddress(Entity):
    """The address of a stock location."""

    __tablename__ = "stock_location_address"
    prefix = "laddr"

    address_1: Mapped[str]
    address_2: Mapped[str | None]
    company: Mapped[str | None]
    city: Mapped[str | None]
    country_code: Mapped[str]
    phone: Mapped[str | None]
    province: Mapped[str | None]
    postal_code: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class StockLocation(Entity):
    """A warehouse or a shop where goods lie."""

    __tablename__ = "stock_location"
    prefix = "sloc"

    name: Mapped[str]
    address_id: Mapped[str | None] = mapped_column(ForeignKey("stock_location_address.id"))
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class SalesChannelStockLocation(Base):
    """A location that serves a sales channel."""

    __tablename__ = "sales_channel_stock_location"

    sales_channel_id: Mapped[str] = mapped_column(primary_key=True)
    stock_location_id: Mapped[str] = mapped_column(ForeignKey("stock_location.id"), primary_key=True, index=True)


class LocationFulfillmentSet(Base):
    """A fulfilment set that a location offers."""

    __tablename__ = "location_fulfillment_set"

    stock_location_id: Mapped[str] = mapped_column(ForeignKey("stock_location.id"), primary_key=True)
    fulfillment_set_id: Mapped[str] = mapped_column(primary_key=True, unique=True)


class LocationFulfillmentProvider(Base):
    """A fulfilment provider that a location works with."""

    __tablename__ = "location_fulfillment_provider"

    stock_location_id: Mapped[str] = mapped_column(ForeignKey("stock_location.id"), primary_key=True)
    fulfillment_provider_id: Mapped[str] = mapped_column(primary_key=True)
