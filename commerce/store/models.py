"""Tables of the store module."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Entity, Metadata, live_unique


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
    """A currency the store supports; one of them is the default."""

    __tablename__ = "store_currency"
    __table_args__ = (
        live_unique("store_currency", "store_id", "currency_code"),
        Index(
            "uq_store_currency_store_id_default",
            "store_id",
            unique=True,
            postgresql_where=text("is_default AND deleted_at IS NULL"),
        ),
    )
    prefix = "stocur"

    currency_code: Mapped[str]
    is_default: Mapped[bool] = mapped_column(default=False)
    store_id: Mapped[str] = mapped_column(ForeignKey("store.id"), index=True)


class StoreLocale(Entity):
    """A language the store supports, as a BCP 47 tag."""

    __tablename__ = "store_locale"
    __table_args__ = (live_unique("store_locale", "store_id", "locale_code"),)
    prefix = "stloc"

    locale_code: Mapped[str]
    store_id: Mapped[str] = mapped_column(ForeignKey("store.id"), index=True)
