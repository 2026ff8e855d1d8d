"""Tables of the region module."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Base, Entity, Metadata, Timestamped


class Region(Entity):
    """A group of countries that share a currency and a way to pay."""

    __tablename__ = "region"
    prefix = "reg"

    name: Mapped[str]
    currency_code: Mapped[str]
    automatic_taxes: Mapped[bool] = mapped_column(default=True)
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class Country(Timestamped, Base):
    """A country, keyed by its lower-case ISO2 code; it belongs to one region at most."""

    __tablename__ = "region_country"

    iso_2: Mapped[str] = mapped_column(Text, primary_key=True)
    iso_3: Mapped[str]
    num_code: Mapped[str]
    name: Mapped[str]
    display_name: Mapped[str]
    region_id: Mapped[str | None] = mapped_column(ForeignKey("region.id"), index=True)
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class RegionPaymentProvider(Base):
    """A payment provider offered in a region."""

    __tablename__ = "region_payment_provider"

    region_id: Mapped[str] = mapped_column(ForeignKey("region.id"), primary_key=True)
    payment_provider_id: Mapped[str] = mapped_column(primary_key=True)
