"""What an explanation of a cart calls things: titles, prices with their rules and lists, names of ids."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.pricing.explain import ListFacts, Preferences, PriceFacts
from kit.db import one, run, value

_WORDS: Final = """
SELECT json_build_object(
  'titles', (SELECT json_object_agg(id, title) FROM (
    SELECT id, concat_ws(', ', title, nullif(subtitle, title)) AS title FROM cart_line_item WHERE cart_id = c.id
    UNION ALL SELECT id, name FROM cart_shipping_method WHERE cart_id = c.id
    UNION ALL SELECT id, coalesce(reference, 'credit line') || coalesce(' ' || reference_id, '')
      FROM cart_credit_line WHERE cart_id = c.id) t),
  'calculated', (SELECT json_object_agg(o.id, o.provider_id) FROM shipping_option o
    WHERE o.price_type = 'calculated' AND o.id IN (
      SELECT shipping_option_id FROM cart_shipping_method WHERE cart_id = c.id)),
  'region', (SELECT name FROM region WHERE id = c.region_id),
  'has_account', (SELECT has_account FROM customer WHERE id = c.customer_id),
  'completed_at', c.completed_at,
  'order', (SELECT json_build_object('id', o.id, 'display_id', o.display_id, 'created_at', o.created_at)
    FROM "order" o WHERE o.cart_id = c.id),
  'preferences', json_build_array(
    (SELECT is_tax_inclusive FROM price_preference
      WHERE attribute = 'region_id' AND value = c.region_id AND deleted_at IS NULL),
    (SELECT is_tax_inclusive FROM price_preference
      WHERE attribute = 'currency_code' AND value = c.currency_code AND deleted_at IS NULL)))::text
FROM cart c WHERE c.id = $1"""
_PRICES: Final = """
SELECT json_agg(row_to_json(x))::text FROM (
  SELECT p.id, p.amount, p.currency_code, p.min_quantity, p.max_quantity,
    (SELECT json_agg(json_build_array(r.attribute, r.operator, r.value) ORDER BY r.attribute, r.value)
      FROM price_rule r WHERE r.price_id = p.id AND r.deleted_at IS NULL) AS rules,
    (SELECT row_to_json(l) FROM (SELECT pl.id, pl.title, pl.type, (
        SELECT json_agg(json_build_array(lr.attribute, lr.value) ORDER BY lr.attribute)
        FROM price_list_rule lr WHERE lr.price_list_id = pl.id AND lr.deleted_at IS NULL) AS rules
      FROM price_list pl WHERE pl.id = p.price_list_id) l) AS price_list
  FROM price p WHERE p.id = ANY($1)) x"""
_NAMES: Final = """
SELECT id, name FROM region WHERE id = ANY($1)
UNION ALL SELECT id, name FROM customer_group WHERE id = ANY($1)
UNION ALL SELECT id, name FROM sales_channel WHERE id = ANY($1)
UNION ALL SELECT id, name FROM shipping_option WHERE id = ANY($1)
UNION ALL SELECT id, name FROM product_category WHERE id = ANY($1)
UNION ALL SELECT id, title FROM product_collection WHERE id = ANY($1)
UNION ALL SELECT id, title FROM product WHERE id = ANY($1)
UNION ALL SELECT id, value FROM product_type WHERE id = ANY($1)
UNION ALL SELECT id, value FROM product_tag WHERE id = ANY($1)"""


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """The order that a cart became."""

    id: str
    display_id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CartWords:
    """A cart's own words; `calculated` has the provider by the id of each option that a provider prices."""

    titles: Mapping[str, str]
    calculated: Mapping[str, str]
    region: str | None
    has_account: bool
    completed_at: datetime | None
    order: PlacedOrder | None
    preferences: Preferences


async def cart_of_order(session: AsyncSession, order_id: str) -> str | None:
    """Return the id of the cart that became the order, None for an unknown one."""
    row = await one(session, 'SELECT cart_id FROM "order" WHERE id = $1 AND deleted_at IS NULL', order_id)
    return row.cart_id if row is not None else None


async def cart_words(session: AsyncSession, cart_id: str) -> CartWords:
    """Return what the cart's parts are called; the cart is there."""
    row = json.loads(await value(session, _WORDS, cart_id))
    order, completed_at = row["order"], row["completed_at"]
    of_region, of_currency = row["preferences"]
    return CartWords(
        titles=row["titles"] or {},
        calculated=row["calculated"] or {},
        region=row["region"],
        has_account=bool(row["has_account"]),
        completed_at=datetime.fromisoformat(completed_at) if completed_at else None,
        order=PlacedOrder(**{**order, "created_at": datetime.fromisoformat(order["created_at"])}) if order else None,
        preferences=Preferences(of_region, of_currency),
    )


async def price_facts(session: AsyncSession, ids: Collection[str]) -> dict[str, PriceFacts]:
    """Return prices with their rules and lists, by id."""
    text = await value(session, _PRICES, sorted(ids))
    rows = json.loads(text, parse_float=Decimal, parse_int=Decimal) if text else ()
    return {row["id"]: _price(row) for row in rows}


async def names_of(session: AsyncSession, ids: Collection[str]) -> dict[str, str]:
    """Return what regions, groups, products and the like are called, by id; an unknown id is left out."""
    return {row.id: row.name for row in await run(session, _NAMES, sorted(ids))} if ids else {}


def _price(row: dict[str, Any]) -> PriceFacts:
    found, rules = row.pop("price_list"), row.pop("rules") or ()
    price_list = ListFacts(**{**found, "rules": _list_rules(found["rules"] or ())}) if found else None
    return PriceFacts(**row, rules=tuple(tuple(rule) for rule in rules), price_list=price_list)


def _list_rules(rules: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:  # noqa: ANN401 - JSON
    return tuple((attribute, tuple(str(each) for each in values)) for attribute, values in rules)
