"""What a provider is told when it calculates the price of shipping a cart (contract section 12), by one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from commerce.fulfillment.models import PriceType
from commerce.fulfillment.port import CalculatedPrice, Data, PriceRequest, ShippedItem
from kit import db
from kit.decimals import Encodable, encode
from kit.errors import invalid_data, not_found
from kit.query import Kind, Resource, computed
from queries.shipping_option import SHIPPING_OPTION

_AMOUNT: Final = ":calculated_amount::numeric"
_INCLUSIVE: Final = ":calculated_inclusive::boolean"
CALCULATED_OPTION: Final[Resource] = SHIPPING_OPTION.but(
    defaults=(
        *("id", "name", "price_type", "service_zone_id", "shipping_profile_id", "provider_id"),
        *("shipping_option_type_id", "metadata", "calculated_price", "amount", "is_tax_inclusive"),
    ),
    allowed=(
        *("data", "type", "type.id", "type.label", "type.description", "type.code"),
        *("provider", "provider.id", "provider.is_enabled"),
    ),
    joins={},
    computed={
        "calculated_price": computed(
            f"json_build_object('calculated_amount', trim_scale({_AMOUNT}),"
            f" 'is_calculated_price_tax_inclusive', {_INCLUSIVE})"
        ),
        "amount": computed(_AMOUNT, Kind.NUMBER),
        "is_tax_inclusive": computed(_INCLUSIVE, Kind.BOOLEAN),
    },
)
"""An option with the price that its provider asks."""


@dataclass(frozen=True)
class Asked:
    """An option for a cart: whom to ask what."""

    provider_id: str
    request: PriceRequest


class PricedLine(Protocol):
    """What a price depends on of a line that need not be stored yet."""

    @property
    def variant_id(self) -> str | None:
        """The variant."""

    @property
    def quantity(self) -> Decimal:
        """How many."""

    @property
    def unit_price(self) -> Decimal:
        """The price of one, in major units."""


@dataclass(frozen=True)
class PricedOption:
    """Who prices an option, and how."""

    name: str
    price_type: str
    provider_id: str
    data: Mapping[str, Any] | None


async def priced_option(on: AsyncConnection, option_id: str, given: Mapping[str, Any]) -> PricedOption:
    """Return how the option will be priced once `given` is changed. Errors: `not_found`."""
    text = await db.value(on, _OPTION, option_id)
    if text is None:
        raise not_found(f"Shipping option with id: {option_id} was not found")
    row = json.loads(text)
    return PricedOption(**{name: given.get(name, value) for name, value in row.items()})


def calculated(price: CalculatedPrice) -> dict[str, object]:
    """Return the parameters of `CALCULATED_OPTION`."""
    return {"calculated_amount": price.amount, "calculated_inclusive": price.is_tax_inclusive}


_OPTION: Final = """
SELECT row_to_json(o)::text FROM (SELECT name, price_type, provider_id, data FROM shipping_option
  WHERE id = $1 AND deleted_at IS NULL) o"""
_ADDRESS: Final = "address_1, address_2, company, city, country_code, phone, province, postal_code"
_LINES: Final = """ROWS FROM (jsonb_to_recordset(coalesce($3::jsonb, (
    SELECT jsonb_agg(jsonb_build_object('variant_id', variant_id, 'quantity', quantity, 'unit_price', unit_price))
    FROM cart_line_item WHERE cart_id = $2 AND deleted_at IS NULL)))
  AS (variant_id text, quantity numeric, unit_price numeric))"""
_ASKED: Final = f"""
SELECT row_to_json(x)::text FROM (
  SELECT o.id, o.price_type, o.provider_id, o.data, c.currency_code,
    (SELECT coalesce(json_agg(row_to_json(i)), '[]') FROM (
      SELECT i.variant_id, v.sku, i.quantity, i.unit_price, coalesce(v.weight, p.weight) AS weight
      FROM {_LINES} i JOIN product_variant v ON v.id = i.variant_id JOIN product p ON p.id = v.product_id
      JOIN product_shipping_profile s ON s.product_id = p.id AND s.shipping_profile_id = o.shipping_profile_id
      ORDER BY i.variant_id, i.quantity, i.unit_price) i) AS items,
    (SELECT row_to_json(a) FROM (SELECT {_ADDRESS} FROM cart_address WHERE id = c.shipping_address_id) a) AS "to",
    (SELECT row_to_json(a) FROM (SELECT {_ADDRESS} FROM stock_location_address WHERE id = (
      SELECT l.address_id FROM stock_location l JOIN location_fulfillment_set f ON f.stock_location_id = l.id
      JOIN service_zone z ON z.fulfillment_set_id = f.fulfillment_set_id WHERE z.id = o.service_zone_id)) a) AS "from"
  FROM shipping_option o CROSS JOIN cart c
  WHERE o.id = ANY($1) AND o.deleted_at IS NULL AND c.id = $2 AND c.deleted_at IS NULL ORDER BY o.id) x"""


async def load_price_request(on: AsyncConnection, option_id: str, cart_id: str, data: Data) -> Asked:
    """Return what to ask for the option and the cart; only lines of the option's profile count.

    Errors: `not_found` when one of the two is not there, `invalid_data` for an option with a stored price.
    """
    row = await db.one(on, _ASKED, [option_id], cart_id, None)
    if row is None:
        raise not_found(f"Shipping option {option_id} or cart {cart_id} was not found")
    if json.loads(row[0])["price_type"] != PriceType.CALCULATED:
        raise invalid_data(f"Shipping option {option_id} has a flat price, which is not calculated")
    return _asked(row[0], {option_id: data})[1]


async def load_price_requests(
    on: AsyncSession, cart_id: str, options: Mapping[str, Data], lines: Sequence[PricedLine]
) -> dict[str, Asked]:
    """Return what to ask for the options, each with the data of its method, when the cart has these lines."""
    given: list[Encodable] = [
        {"variant_id": line.variant_id, "quantity": line.quantity, "unit_price": line.unit_price} for line in lines
    ]
    rows = await db.run(on, _ASKED, list(options), cart_id, encode(given))
    return dict(_asked(row[0], options) for row in rows)


def _asked(text: str, options: Mapping[str, Data]) -> tuple[str, Asked]:
    row = json.loads(text)
    exact = json.loads(text, parse_float=Decimal, parse_int=Decimal)["items"]
    request = PriceRequest(
        option_data=row["data"] or {},
        data=options[row["id"]],
        currency_code=row["currency_code"],
        items=[ShippedItem(**item) for item in exact],
        to_address=row["to"],
        from_address=row["from"],
    )
    return row["id"], Asked(row["provider_id"], request)
