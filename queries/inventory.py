"""Inventory items, their levels at locations, reservations (contract section 21)."""

from __future__ import annotations

from typing import Final

import queries.product
import queries.stock_location
from commerce.inventory.models import InventoryItem, InventoryLevel, ReservationItem
from kit.query import LIVE, Filter, Kind, Link, Resource, computed, many, one, ops, plain
from kit.search import sought

_QUANTITIES: Final = ("stocked_quantity", "reserved_quantity", "incoming_quantity")
_ITEM: Final = (
    *("id", "sku", "title", "description", "thumbnail", "origin_country", "hs_code", "requires_shipping", "mid_code"),
    *("material", "unit_of_measure", "weight", "length", "height", "width", "metadata"),
    *("reserved_quantity", "stocked_quantity", "created_at", "updated_at"),
)

_SOUGHT: Final = ("sku", "title", "description", "hs_code", "mid_code", "material")
INVENTORY_LEVEL: Final[Resource] = Resource(
    InventoryLevel,
    key="inventory_level",
    plural="inventory_levels",
    defaults=(
        *("id", "inventory_item_id", "location_id", *_QUANTITIES),
        *("available_quantity", "metadata", "created_at", "updated_at"),
    ),
    filters=plain("location_id"),
    combines=True,
    with_deleted=True,
    twins=_QUANTITIES,
    hidden=frozenset({"backordered_quantity"}),
    computed={"available_quantity": computed("{t}.stocked_quantity - {t}.reserved_quantity", Kind.NUMBER, star=True)},
    relations=lambda: {
        "stock_locations": many(
            lambda: queries.stock_location.STOCK_LOCATION, on="{t}.id = {parent}.location_id", where=LIVE
        )
    },
)
CHANGED_LEVEL: Final = INVENTORY_LEVEL.but(
    defaults=(
        *("id", "location_id", "inventory_item_id", "metadata", "created_at", "updated_at", "deleted_at"),
        *_QUANTITIES,
        *(f"raw_{name}" for name in _QUANTITIES),
    ),
    computed={},
)
"""A level as the answer to a batch shows it."""
INVENTORY_ITEM: Final[Resource] = Resource(
    InventoryItem,
    key="inventory_item",
    plural="inventory_items",
    defaults=(*_ITEM, "*location_levels"),
    filters={
        **plain("id", "sku", "origin_country", "mid_code", "hs_code", "material"),
        **plain("requires_shipping", kind=Kind.BOOLEAN),
        **ops("weight", "length", "height", "width", kind=Kind.NUMBER),
        "location_levels.location_id": Filter(
            "EXISTS (SELECT FROM inventory_level l WHERE l.inventory_item_id = {t}.id AND l.deleted_at IS NULL"
            " AND l.location_id {matches})"
        ),
    },
    search=_SOUGHT,
    combines=True,
    with_deleted=True,
    limit=20,
    computed={
        name: computed(
            f"SELECT coalesce(sum(l.{name}), 0) FROM inventory_level l"
            " WHERE l.inventory_item_id = {t}.id AND l.deleted_at IS NULL",
            Kind.NUMBER,
            star=True,
        )
        for name in ("stocked_quantity", "reserved_quantity")
    },
    relations=lambda: {
        "location_levels": many(lambda: INVENTORY_LEVEL, on="inventory_item_id", where=LIVE),
        "variants": many(
            lambda: queries.product.VARIANT_ALONE,
            on=Link("product_variant_inventory_item", "inventory_item_id", "variant_id"),
            where=LIVE,
        ),
    },
)
RESERVATION: Final = Resource(
    ReservationItem,
    key="reservation",
    plural="reservations",
    defaults=(
        *("id", "location_id", "inventory_item_id", "quantity", "line_item_id", "description", "metadata"),
        *("created_at", "updated_at"),
        *(f"inventory_item.{name}" for name in _ITEM),
    ),
    filters={
        **plain("location_id", "inventory_item_id", "line_item_id", "created_by"),
        **ops("description"),
        **ops("quantity", kind=Kind.NUMBER),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
    },
    search=(
        "description",
        f"""SELECT r.id FROM reservation_item r JOIN inventory_item i ON i.id = r.inventory_item_id
        WHERE {sought("i", *_SOUGHT)} {{matches}}""",
    ),
    with_deleted=True,
    limit=20,
    hidden=frozenset({"backordered_quantity"}),
    relations=lambda: {"inventory_item": one(lambda: INVENTORY_ITEM, on="inventory_item_id", where=LIVE)},
)
