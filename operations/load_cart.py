"""Load what decides a cart's cost, in one statement, under the lock that the caller holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import Address, Adjustment, CartState, Collection, CreditLine, Line, Method, TaxLine
from kit.db import value
from kit.errors import not_found

_TAX: Final = "id, rate, code, description, tax_rate_id, provider_id"
_LOAD: Final = f"""
SELECT row_to_json(x)::text FROM (
  SELECT c.id, c.version, c.region_id, c.customer_id, c.sales_channel_id, c.email, c.currency_code, c.rounding,
    (SELECT decimal_digits FROM currency WHERE code = c.currency_code) AS decimal_digits,
    (SELECT automatic_taxes FROM region WHERE id = c.region_id) AS automatic_taxes,
    ARRAY(SELECT iso_2 FROM region_country WHERE region_id = c.region_id ORDER BY iso_2) AS countries,
    ARRAY(SELECT customer_group_id FROM customer_group_customer WHERE customer_id = c.customer_id) AS customer_groups,
    (SELECT row_to_json(a) FROM (SELECT id, country_code, province, city, postal_code FROM cart_address
      WHERE id = c.shipping_address_id) a) AS shipping_address,
    (SELECT json_agg(row_to_json(l)) FROM (
      SELECT i.id, variant_id, product_id, product_type_id, quantity, unit_price, compare_at_unit_price,
        is_tax_inclusive, is_custom_price, is_giftcard, requires_shipping, metadata,
        (SELECT json_agg(row_to_json(t)) FROM (SELECT {_TAX} FROM cart_line_item_tax_line
          WHERE item_id = i.id ORDER BY id) t) AS tax_lines,
        (SELECT json_agg(row_to_json(t)) FROM (SELECT id, amount, is_tax_inclusive, code, promotion_id
          FROM cart_line_item_adjustment WHERE item_id = i.id ORDER BY id) t) AS adjustments
      FROM cart_line_item i WHERE i.cart_id = c.id AND i.deleted_at IS NULL ORDER BY i.created_at, i.id) l) AS lines,
    (SELECT json_agg(row_to_json(m)) FROM (
      SELECT s.id, shipping_option_id, shipping_profile_id, name, amount, is_tax_inclusive, is_custom_amount, data,
        (SELECT json_agg(row_to_json(t)) FROM (SELECT {_TAX} FROM cart_shipping_method_tax_line
          WHERE shipping_method_id = s.id ORDER BY id) t) AS tax_lines,
        (SELECT json_agg(row_to_json(t)) FROM (SELECT id, amount, false AS is_tax_inclusive, code, promotion_id
          FROM cart_shipping_method_adjustment WHERE shipping_method_id = s.id ORDER BY id) t) AS adjustments
      FROM cart_shipping_method s WHERE s.cart_id = c.id AND s.deleted_at IS NULL
      ORDER BY s.created_at, s.id) m) AS methods,
    (SELECT json_agg(row_to_json(k)) FROM (SELECT id, amount FROM cart_credit_line
      WHERE cart_id = c.id AND deleted_at IS NULL ORDER BY id) k) AS credit_lines,
    (SELECT row_to_json(p) FROM (SELECT id, amount, currency_code FROM payment_collection
      WHERE cart_id = c.id AND deleted_at IS NULL) p) AS collection
  FROM cart c WHERE c.id = $1) x
"""


async def load_cart(session: AsyncSession, cart_id: str) -> CartState:
    """Return the cart's state; not_found when there is none."""
    text = await value(session, _LOAD, cart_id)
    if text is None:
        raise not_found(f"Cart id not found: {cart_id}")
    return cart_state(json.loads(text, parse_float=Decimal, parse_int=Decimal))


def cart_state(row: Mapping[str, Any]) -> CartState:
    """Return the frozen state of one loaded row."""
    address, collection = row["shipping_address"], row["collection"]
    return CartState(
        **{name: row[name] for name in ("id", "region_id", "customer_id", "sales_channel_id", "email")},
        version=int(row["version"]),
        currency_code=row["currency_code"],
        decimal_digits=int(row["decimal_digits"]),
        rounding=row["rounding"],
        automatic_taxes=bool(row["automatic_taxes"]),
        countries=tuple(row["countries"]),
        customer_groups=tuple(row["customer_groups"]),
        shipping_address=Address(**address) if address else None,
        lines=tuple(Line(**_parts(line)) for line in row["lines"] or ()),
        methods=tuple(Method(**_parts(method)) for method in row["methods"] or ()),
        credit_lines=tuple(CreditLine(**credit) for credit in row["credit_lines"] or ()),
        collection=Collection(**collection) if collection else None,
    )


def _parts(row: Mapping[str, Any]) -> dict[str, Any]:
    taxes: Sequence[Mapping[str, Any]] = row["tax_lines"] or ()
    adjustments: Sequence[Mapping[str, Any]] = row["adjustments"] or ()
    return {
        **row,
        "tax_lines": tuple(TaxLine(**tax) for tax in taxes),
        "adjustments": tuple(Adjustment(**adjustment) for adjustment in adjustments),
    }
