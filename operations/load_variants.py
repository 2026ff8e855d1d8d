"""What a cart line needs of a variant: its snapshot, its stock and whether it may be sold."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.promotion.types import Facts
from kit.db import run
from kit.errors import invalid_data, not_allowed
from operations.load_promotions import PRODUCT_FACTS

_SNAPSHOT: Final = """p.title AS title, v.title AS subtitle, coalesce(v.thumbnail, p.thumbnail) AS thumbnail,
    p.title AS product_title, p.description AS product_description, p.subtitle AS product_subtitle,
    t.value AS product_type, c.title AS product_collection, p.handle AS product_handle, v.sku AS variant_sku,
    v.barcode AS variant_barcode, v.title AS variant_title"""
_AVAILABLE: Final = """SELECT sum(l.stocked_quantity - l.reserved_quantity) AS everywhere,
      max(l.stocked_quantity - l.reserved_quantity) AS somewhere
    FROM inventory_level l JOIN sales_channel_stock_location s
      ON s.stock_location_id = l.location_id AND s.sales_channel_id = $2
    WHERE l.inventory_item_id = vi.inventory_item_id AND l.deleted_at IS NULL"""
_LOAD: Final = f"""
SELECT v.id, p.id AS product_id, p.type_id AS product_type_id, p.is_giftcard, p.discountable,
  v.manage_inventory, v.allow_backorder, EXISTS (
    SELECT FROM sales_channel_stock_location s WHERE s.sales_channel_id = $2) AS has_location,
  (SELECT row_to_json(s)::text FROM (SELECT {_SNAPSHOT}) s) AS snapshot,
  EXISTS (SELECT FROM product_shipping_profile sp WHERE sp.product_id = p.id) OR coalesce(stock.ships, false) AS ships,
  stock.items, CASE WHEN $3::boolean THEN (SELECT row_to_json(f)::text FROM ({PRODUCT_FACTS}) f) END AS facts
FROM product_variant v
JOIN product p ON p.id = v.product_id AND p.status = 'published' AND p.deleted_at IS NULL
LEFT JOIN product_type t ON t.id = p.type_id
LEFT JOIN product_collection c ON c.id = p.collection_id
LEFT JOIN LATERAL (
  SELECT bool_or(i.requires_shipping) AS ships,
    json_agg(json_build_array(vi.inventory_item_id, vi.required_quantity, a.everywhere, a.somewhere))::text AS items
  FROM product_variant_inventory_item vi JOIN inventory_item i ON i.id = vi.inventory_item_id
  CROSS JOIN LATERAL ({_AVAILABLE}) a WHERE vi.variant_id = v.id
) stock ON true
WHERE v.id = ANY($1) AND v.deleted_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class StockedItem:
    """An inventory item of a variant; available units in all locations of the channel and in the best one."""

    id: str
    required_quantity: Decimal
    everywhere: Decimal
    somewhere: Decimal


@dataclass(frozen=True, slots=True)
class SellableVariant:
    """A variant of a published product; `snapshot` holds the columns that a cart line copies."""

    id: str
    product_id: str
    product_type_id: str | None
    is_giftcard: bool
    is_discountable: bool
    manage_inventory: bool
    allow_backorder: bool
    has_location: bool
    requires_shipping: bool
    items: tuple[StockedItem, ...]
    snapshot: Mapping[str, Any]
    facts: Facts | None = None  # of its product

    def is_checked(self) -> bool:
        """Tell whether stock limits what may be sold."""
        return self.manage_inventory and not self.allow_backorder and bool(self.items)


async def load_variants(
    session: AsyncSession, variant_ids: Sequence[str], sales_channel_id: str | None, *, with_facts: bool = False
) -> dict[str, SellableVariant]:
    """Return the variants by id, `with_facts` for the rules of promotions.

    Errors: invalid_data names those that do not exist or are not published.
    """
    wanted = sorted(set(variant_ids))
    rows = await run(session, _LOAD, wanted, sales_channel_id, with_facts)
    found = {row.id: _variant(row) for row in rows}
    missing = [id_ for id_ in wanted if id_ not in found]
    if missing:
        raise invalid_data(f"Variants {', '.join(missing)} do not exist or belong to a product that is not published")
    return found


def check_stock(wanted: Sequence[tuple[SellableVariant, Decimal]], sales_channel_id: str | None) -> None:
    """Refuse quantities that the sales channel's locations cannot cover (contract section 21).

    Variants that share an inventory item are added up. Errors: invalid_data when the channel has no location,
    not_allowed `insufficient_inventory`.
    """
    needed: dict[str, Decimal] = {}
    available: dict[str, StockedItem] = {}
    for variant, quantity in wanted:
        if not variant.is_checked():
            continue
        if not variant.has_location:
            raise invalid_data(f"Sales channel {sales_channel_id} is not associated with any stock location.")
        for item in variant.items:
            available[item.id] = item
            needed[item.id] = needed.get(item.id, Decimal(0)) + quantity * item.required_quantity
    if any(max(available[id_].everywhere, available[id_].somewhere) < units for id_, units in needed.items()):
        raise not_allowed("Some variant does not have the required inventory", code="insufficient_inventory")


def _variant(row: Any) -> SellableVariant:  # noqa: ANN401 - a driver row
    items = json.loads(row.items, parse_float=Decimal, parse_int=Decimal) if row.items else ()
    return SellableVariant(
        id=row.id,
        product_id=row.product_id,
        product_type_id=row.product_type_id,
        is_giftcard=row.is_giftcard,
        is_discountable=row.discountable,
        manage_inventory=row.manage_inventory,
        allow_backorder=row.allow_backorder,
        has_location=row.has_location,
        requires_shipping=row.ships,
        items=tuple(StockedItem(i[0], i[1], i[2] or Decimal(0), i[3] or Decimal(0)) for i in items),
        snapshot=json.loads(row.snapshot),
        facts=json.loads(row.facts, parse_float=Decimal, parse_int=Decimal) if row.facts else None,
    )
