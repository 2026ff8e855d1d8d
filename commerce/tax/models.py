"""Tables of the tax module (contract section 10)."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Base, Entity, Metadata, Timestamped, finite, live_unique


class TaxProvider(Timestamped, Base):
    """Somebody who computes tax lines."""

    __tablename__ = "tax_provider"

    id: Mapped[str] = mapped_column(primary_key=True)
    is_enabled: Mapped[bool] = mapped_column(default=True)


class TaxRegion(Entity):
    """A country, or a province below its country's row."""

    __tablename__ = "tax_region"
    __table_args__ = (
        Index(
            "uq_tax_region_country_code",
            "country_code",
            unique=True,
            postgresql_where=text("province_code IS NULL AND deleted_at IS NULL"),
        ),
        live_unique("tax_region", "country_code", "province_code"),
    )
    prefix = "txreg"

    provider_id: Mapped[str | None]
    country_code: Mapped[str]
    province_code: Mapped[str | None]
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("tax_region.id"), index=True)
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    created_by: Mapped[str | None]


class TaxRate(Entity):
    """A rate in per cent, none being 0: the dashboard makes a rate before its figure. One default per region."""

    __tablename__ = "tax_rate"
    __table_args__ = (
        finite("rate"),
        Index(
            "uq_tax_rate_tax_region_id_default",
            "tax_region_id",
            unique=True,
            postgresql_where=text("is_default AND deleted_at IS NULL"),
        ),
    )
    prefix = "txr"

    rate: Mapped[Decimal | None]
    code: Mapped[str]
    name: Mapped[str]
    is_default: Mapped[bool] = mapped_column(default=False)
    is_combinable: Mapped[bool] = mapped_column(default=False)
    tax_region_id: Mapped[str] = mapped_column(ForeignKey("tax_region.id"), index=True)
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    created_by: Mapped[str | None]


class TaxRateRule(Entity):
    """What a rate is limited to: a product, a product type or a shipping option."""

    __tablename__ = "tax_rate_rule"
    __table_args__ = (live_unique("tax_rate_rule", "tax_rate_id", "reference_id"),)
    prefix = "txrule"

    tax_rate_id: Mapped[str] = mapped_column(ForeignKey("tax_rate.id"), index=True)
    reference: Mapped[str]
    reference_id: Mapped[str]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    created_by: Mapped[str | None]
