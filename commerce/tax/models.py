"""Tables of the tax module (contract section 10)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Amount, Base, Entity, Metadata, Timestamped, finite


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
            "uq_tax_region_country_code_province_code",
            "country_code",
            text("coalesce(province_code, '')"),
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )
    prefix = "txreg"

    provider_id: Mapped[str | None]
    country_code: Mapped[str]
    province_code: Mapped[str | None]
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("tax_region.id"))
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    created_by: Mapped[str | None]


class TaxRate(Entity):
    """A rate in per cent; one default per region."""

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

    rate: Mapped[Amount]
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
    prefix = "txrule"

    tax_rate_id: Mapped[str] = mapped_column(ForeignKey("tax_rate.id"), index=True)
    reference: Mapped[str]
    reference_id: Mapped[str]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    created_by: Mapped[str | None]
