"""Where and for whom a storefront's prices are: the region, the taxes of an address, the customer's groups."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kit.errors import invalid_data
from queries.price_attributes import customer_attributes
from queries.prices import PriceContext

_CONTEXT: Final = """
  SELECT r.id, r.currency_code, r.automatic_taxes, a.country_code, a.province,
    (SELECT decimal_digits FROM currency WHERE code = r.currency_code) AS decimal_digits,
    (SELECT coalesce(json_agg(customer_group_id), '[]')::text FROM customer_group_customer
     WHERE customer_id = ${customer}::text) AS customer_groups
  FROM (SELECT) nothing
  LEFT JOIN cart c ON c.id = ${cart}::text
  LEFT JOIN cart_address a ON a.id = c.shipping_address_id
  LEFT JOIN region r ON r.deleted_at IS NULL AND r.id = coalesce(
    ${region}::text, c.region_id, (SELECT default_region_id FROM store WHERE deleted_at IS NULL ORDER BY id LIMIT 1))"""


@dataclass(frozen=True)
class PriceView:
    """What a request says about prices; `country_code` makes the amounts with and without tax appear."""

    region_id: str | None = None
    cart_id: str | None = None
    country_code: str | None = None
    province: str | None = None
    customer_id: str | None = None


def context_sql(first: int) -> str:
    """Return the statement of one row that `params_of` reads; it binds `context_values` from `$first` on."""
    return _CONTEXT.format(customer=first, cart=first + 1, region=first + 2)


def context_values(view: PriceView) -> tuple[str | None, str | None, str | None]:
    """Return what `context_sql` binds."""
    return view.customer_id, view.cart_id, view.region_id


def params_of(row: Any, view: PriceView, rounding: str) -> Mapping[str, object]:  # noqa: ANN401 - a driver row
    """Return the parameters of `calculated_price`, those of its taxes only where taxes apply.

    With `rounding` `none` the tax is exact. Errors: invalid_data without a region (contract section 8).
    """
    if row.id is None:
        if view.region_id is not None:
            raise invalid_data(f"Region with id {view.region_id} not found when populating the pricing context")
        raise invalid_data("Missing required pricing context to calculate prices - region_id")
    attributes = customer_attributes(view.customer_id, json.loads(row.customer_groups))
    context = PriceContext(row.currency_code, row.id, attributes)
    prices = {"currency_code": row.currency_code, "price_context": context.as_json()}
    country = view.country_code or row.country_code
    if not (row.automatic_taxes and country):
        return prices
    return {
        **prices,
        "country_code": country,
        "province": view.province if view.country_code else row.province,
        "tax_digits": None if rounding == "none" else row.decimal_digits,
    }
