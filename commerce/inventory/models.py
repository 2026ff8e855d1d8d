"""Tables of the inventory module (contract section 21)."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.changes import noted
from kit.tables import Amount, Entity, Metadata, finite, live_index, live_unique, trigram_index


class InventoryItem(Entity):
    """A thing that lies in stock."""

    __tablename__ = "inventory_item"
    __table_args__ = (
        live_unique("inventory_item", "sku"),
        trigram_index("inventory_item", "sku", "title", "description", "hs_code", "mid_code", "material"),
        live_index("inventory_item", "id"),
        live_index("inventory_item", "created_at"),
        live_index("inventory_item", "sku"),
        live_index("inventory_item", "title"),
        noted(),
    )
    prefix = "iitem"

    sku: Mapped[str | None]
    origin_country: Mapped[str | None]
    hs_code: Mapped[str | None]
    mid_code: Mapped[str | None]
    material: Mapped[str | None]
    unit_of_measure: Mapped[str | None]
    weight: Mapped[Amount | None]
    length: Mapped[Amount | None]
    height: Mapped[Amount | None]
    width: Mapped[Amount | None]
    requires_shipping: Mapped[bool] = mapped_column(default=True)
    description: Mapped[str | None]
    title: Mapped[str | None]
    thumbnail: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class InventoryLevel(Entity):
    """How much of an item lies at a location, and how much of that is promised.

    `backordered_quantity` is the part of `reserved_quantity` that was allowed beyond stock; the CHECK is what
    makes overselling impossible even for raw concurrent SQL (promise 6). Stock may fall below zero only by
    fulfilling backorders.
    """

    __tablename__ = "inventory_level"
    __table_args__ = (
        finite("stocked_quantity", "reserved_quantity", "incoming_quantity", "backordered_quantity"),
        CheckConstraint(
            "reserved_quantity - backordered_quantity <= greatest(stocked_quantity, 0)", name="no_oversell"
        ),
        CheckConstraint("reserved_quantity >= backordered_quantity AND backordered_quantity >= 0", name="reserved"),
        live_unique("inventory_level", "inventory_item_id", "location_id"),
        noted("id", "inventory_item_id", "location_id", "deleted_at"),
    )
    prefix = "ilev"

    inventory_item_id: Mapped[str] = mapped_column(ForeignKey("inventory_item.id"))
    location_id: Mapped[str] = mapped_column(index=True)
    stocked_quantity: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    reserved_quantity: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    incoming_quantity: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    backordered_quantity: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class ReservationItem(Entity):
    """A promise of units to an order line; a checkout's reservations carry the planned line id from the start."""

    __tablename__ = "reservation_item"
    __table_args__ = (
        finite("quantity"),
        CheckConstraint("quantity > 0", name="positive"),
        Index("ix_reservation_item_line_item_id", "line_item_id"),
        Index("ix_reservation_item_inventory_item_id_location_id", "inventory_item_id", "location_id"),
        live_index("reservation_item", "id"),
        live_index("reservation_item", "created_at"),
        trigram_index("reservation_item", "description"),
        noted(),
    )
    prefix = "resitem"

    line_item_id: Mapped[str | None]
    location_id: Mapped[str] = mapped_column(index=True)
    quantity: Mapped[Amount]
    backordered_quantity: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    external_id: Mapped[str | None]
    description: Mapped[str | None]
    created_by: Mapped[str | None]
    metadata_: Mapped[Metadata] = mapped_column("metadata")
    inventory_item_id: Mapped[str] = mapped_column(ForeignKey("inventory_item.id"))
