"""Tables of the store module."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Entity, Metadata


class Store(Entity):
    """The shop and its defaults."""

    __tablename__ = "store"
    prefix = "store"

    name: Mapped[str]
    default_sales_channel_id: Mapped[str | None]
    default_region_id: Mapped[str | None]
    default_location_id: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class StoreCurrency(Entity):
    """A currency the store supports."""

    __tablename__ = "store_currency"
    prefix = "stocur"

    currency_code: Mapped[str]
    is_default: Mapped[bool] = mapped_column(default=False)
    store_id: Mapped[str] = mapped_column(ForeignKey("store.id"), index=True)
