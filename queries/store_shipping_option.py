"""The shipping options that a cart may choose from (contract section 12), by two statements."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from commerce.fulfillment.rules import RETURN, STORE, Place, is_offered
from kit import db
from kit.errors import invalid_data, not_found
from kit.query import LIVE, read_one
from kit.query.compiler import Shape, compile_page
from kit.query.parameters import Value
from kit.query.refusals import wrong_type
from queries.offers import OF_CHANNEL, OFFER_COLUMNS, offer
from queries.price_attributes import ADDRESS_KEYS, cart_attributes
from queries.prices import PriceContext
from queries.shipping_option import SHIPPING_OPTION
from queries.store_shipping_option_fields import ALLOWED, DEFAULTS

STORE_SHIPPING_OPTION: Final = SHIPPING_OPTION.but(
    defaults=DEFAULTS,
    allowed=ALLOWED,
    max_hops=4,
    accepts=("cart_id", "is_return", "offset", "limit", "order", "with_deleted", "$and", "$or"),
)
_CART: Final = f"""
SELECT row_to_json(x)::text FROM (
  SELECT c.currency_code, c.region_id, c.customer_id, c.email, c.sales_channel_id,
    c.totals -> 'item_total' AS item_total,
    (SELECT row_to_json(a) FROM (SELECT {", ".join(ADDRESS_KEYS)} FROM cart_address
      WHERE id = c.shipping_address_id) a) AS address,
    ARRAY(SELECT customer_group_id FROM customer_group_customer WHERE customer_id = c.customer_id) AS customer_groups,
    (SELECT coalesce(json_agg(row_to_json(f)), '[]') FROM (SELECT {OFFER_COLUMNS} FROM shipping_option o
      WHERE o.deleted_at IS NULL AND {OF_CHANNEL.format(channel="c.sales_channel_id")}) f) AS offers
  FROM cart c WHERE c.id = $1 AND c.deleted_at IS NULL) x"""


async def fetch_shipping_options(on: AsyncConnection, pairs: Iterable[tuple[str, str]]) -> str:
    """Return the options for the cart that the query string names, as JSON text; a page has no meaning here.

    Errors: invalid_data for a bad query string, not_found without such a cart.
    """
    asked = read_one(STORE_SHIPPING_OPTION, pairs)
    cart_id = _cart_id(asked.rest.get("cart_id"))
    text = await db.value(on, _CART, cart_id)
    if text is None:
        raise not_found(f"Cart id not found: {cart_id}")
    cart = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    ids = _offered(cart, RETURN if asked.rest.get("is_return") == "true" else STORE)
    context = _context(cart)
    params = {
        "ids": ids,
        "cart_id": cart_id,
        "currency_code": context.currency_code,
        "price_context": context.as_json(),
    }
    shape = Shape((LIVE, "{t}.id = ANY(:ids::text[])"), given=frozenset(params))
    statement = compile_page(STORE_SHIPPING_OPTION, asked.selection, shape)
    page = await db.value(on, statement.sql, *statement.bind({**params, "limit": len(ids), "offset": 0}))
    return f'{{"shipping_options":{page}}}'


def _offered(cart: Mapping[str, Any], context: Mapping[str, str]) -> list[str]:
    address = cart["address"]
    place = Place(**address) if address and address["country_code"] else None
    offers = [offer(row) for row in cart["offers"]]
    return [each.id for each in offers if is_offered(each, place, context)]


def _context(cart: Mapping[str, Any]) -> PriceContext:
    """Return what the options' price rules are held against: as a cart write has it."""
    attributes = cart_attributes(
        customer_id=cart["customer_id"],
        customer_groups=cart["customer_groups"],
        email=cart["email"],
        sales_channel_id=cart["sales_channel_id"],
        place=cart["address"] or {},
        item_total=cart["item_total"] or Decimal(0),
    )
    return PriceContext(cart["currency_code"], cart["region_id"], attributes)


def _cart_id(given: Value | None) -> str:
    if given is None:
        raise invalid_data("Invalid request: Field 'cart_id' is required")
    if not isinstance(given, str) or "\x00" in given:
        raise wrong_type("cart_id", "string", given)
    return given
