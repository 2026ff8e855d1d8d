"""Tables of the pricing module (contract section 8)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kit.changes import noted
from kit.tables import Amount, Entity, Metadata, finite, live_unique, one_of, trigram_index


class PriceListType(StrEnum):
    """How a list's price meets the plain one."""

    SALE = "sale"
    OVERRIDE = "override"


class PriceListStatus(StrEnum):
    """Whether a list counts."""

    ACTIVE = "active"
    DRAFT = "draft"


class PriceSet(Entity):
    """All prices of one variant or shipping option."""

    __tablename__ = "price_set"
    prefix = "pset"


class Price(Entity):
    """One price: a currency, a quantity tier, rules."""

    __tablename__ = "price"
    __table_args__ = (
        finite("amount"),
        Index("ix_price_price_set_id_currency_code", "price_set_id", "currency_code"),
        noted(),
    )
    prefix = "price"

    title: Mapped[str | None]
    currency_code: Mapped[str]
    amount: Mapped[Amount]
    min_quantity: Mapped[Amount | None]
    max_quantity: Mapped[Amount | None]
    rules_count: Mapped[int] = mapped_column(default=0)
    price_set_id: Mapped[str] = mapped_column(ForeignKey("price_set.id"))
    price_list_id: Mapped[str | None] = mapped_column(ForeignKey("price_list.id"), index=True)


class PriceRule(Entity):
    """A condition of one price."""

    __tablename__ = "price_rule"
    prefix = "prule"

    attribute: Mapped[str]
    value: Mapped[str]
    operator: Mapped[str] = mapped_column(default="eq")
    priority: Mapped[int] = mapped_column(default=0)
    price_id: Mapped[str] = mapped_column(ForeignKey("price.id"), index=True)


class PriceList(Entity):
    """Prices that hold for a time or for some customers."""

    __tablename__ = "price_list"
    __table_args__ = (
        one_of("type", PriceListType),
        one_of("status", PriceListStatus),
        trigram_index("price_list", "title", "description"),
    )
    prefix = "plist"

    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    type: Mapped[str] = mapped_column(default=PriceListType.SALE)
    status: Mapped[str] = mapped_column(default=PriceListStatus.DRAFT)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    rules_count: Mapped[int] = mapped_column(default=0)
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class PriceListRule(Entity):
    """A condition of a whole list; `value` is a list of which one must match."""

    __tablename__ = "price_list_rule"
    prefix = "prule"

    attribute: Mapped[str]
    value: Mapped[list[Any]]
    price_list_id: Mapped[str] = mapped_column(ForeignKey("price_list.id"), index=True)


class PricePreference(Entity):
    """Whether prices of a currency or a region include tax."""

    __tablename__ = "price_preference"
    __table_args__ = (live_unique("price_preference", "attribute", "value"),)
    prefix = "prpref"

    attribute: Mapped[str]
    value: Mapped[str]
    is_tax_inclusive: Mapped[bool] = mapped_column(default=False)
