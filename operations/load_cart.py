"""Load what decides a cart's cost, in one statement, under the lock that the caller holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import Address, Adjustment, CartState, Collection, CreditLine, Line, Method, TaxLine
from commerce.fulfillment.rules import Offer
from commerce.tax.rules import Rate
from kit.db import value
from kit.errors import not_found
from operations.load_promotions import ACTING, PROMOTED, SAME_CODES, Codes, LoadedPromotions, promotions_of
from operations.outside import NOTHING_TOLD, Answer, Told, kept_answers
from queries.offers import OF_CHANNEL, OFFER_COLUMNS, offer

_TAX: Final = "id, rate, code, description, tax_rate_id, provider_id"
_TAX_REGION: Final = """tax_region t LEFT JOIN tax_region up ON up.id = t.parent_id
    WHERE t.deleted_at IS NULL AND t.country_code = lower(a.country_code) AND (
      t.province_code IS NULL OR (t.parent_id IS NOT NULL AND t.province_code = lower(a.province)))"""
_TAX_PROVIDER: Final = f"""SELECT coalesce(t.provider_id, up.provider_id) FROM {_TAX_REGION}
    ORDER BY t.province_code IS NULL LIMIT 1"""
_RATES: Final = f"""SELECT r.id, coalesce(r.rate, 0) AS rate, r.code, r.name, r.is_default, r.is_combinable,
      t.is_province, t.provider_id,
      (SELECT json_agg(json_build_array(reference, reference_id)) FROM tax_rate_rule
        WHERE tax_rate_id = r.id AND deleted_at IS NULL) AS rules
    FROM (SELECT t.id, t.province_code IS NOT NULL AS is_province,
      coalesce(t.provider_id, up.provider_id, 'tp_system') AS provider_id FROM {_TAX_REGION}) t
    JOIN tax_rate r ON r.tax_region_id = t.id AND r.deleted_at IS NULL"""
_ACTING: Final = ACTING.format(codes="$2::text[]", keeps="$3::boolean", cart="$1")
_LOAD: Final = f"""
WITH acting AS MATERIALIZED ({_ACTING})
SELECT row_to_json(x)::text FROM (
  SELECT c.id, c.version, c.region_id, c.customer_id, c.sales_channel_id, c.email, c.currency_code, c.rounding,
    (SELECT decimal_digits FROM currency WHERE code = c.currency_code) AS decimal_digits,
    (SELECT automatic_taxes FROM region WHERE id = c.region_id) AS automatic_taxes,
    ARRAY(SELECT iso_2 FROM region_country WHERE region_id = c.region_id ORDER BY iso_2) AS countries,
    ARRAY(SELECT customer_group_id FROM customer_group_customer WHERE customer_id = c.customer_id) AS customer_groups,
    (SELECT row_to_json(a) FROM (SELECT id, country_code, province, city, postal_code, address_1, address_2
      FROM cart_address
      WHERE id = c.shipping_address_id) a) AS shipping_address,
    (SELECT json_agg(row_to_json(l)) FROM (
      SELECT i.id, variant_id, product_id, product_type_id, quantity, unit_price, compare_at_unit_price,
        is_tax_inclusive, is_custom_price, is_giftcard,
        is_discountable, requires_shipping, metadata::text AS metadata,
        (SELECT json_agg(row_to_json(t)) FROM (SELECT {_TAX} FROM cart_line_item_tax_line
          WHERE item_id = i.id ORDER BY id) t) AS tax_lines,
        (SELECT json_agg(row_to_json(t)) FROM (SELECT id, coalesce(exact, amount) AS amount, is_tax_inclusive,
          code, promotion_id, rank FROM cart_line_item_adjustment WHERE item_id = i.id
          ORDER BY rank, id) t) AS adjustments
      FROM cart_line_item i WHERE i.cart_id = c.id AND i.deleted_at IS NULL ORDER BY i.created_at, i.id) l) AS lines,
    (SELECT json_agg(row_to_json(m)) FROM (
      SELECT s.id, shipping_option_id, shipping_profile_id, name, amount, is_tax_inclusive, is_custom_amount,
        data::text AS data,
        (SELECT json_agg(row_to_json(t)) FROM (SELECT {_TAX} FROM cart_shipping_method_tax_line
          WHERE shipping_method_id = s.id ORDER BY id) t) AS tax_lines,
        (SELECT json_agg(row_to_json(t)) FROM (SELECT id, coalesce(exact, amount) AS amount,
          false AS is_tax_inclusive, code, promotion_id, rank
          FROM cart_shipping_method_adjustment WHERE shipping_method_id = s.id ORDER BY rank, id) t) AS adjustments
      FROM cart_shipping_method s WHERE s.cart_id = c.id AND s.deleted_at IS NULL
      ORDER BY s.created_at, s.id) m) AS methods,
    c.answers::text AS answers, c.unconfirmed,
    ARRAY(SELECT promotion_id FROM cart_promotion WHERE cart_id = c.id ORDER BY promotion_id) AS promotion_ids,
    ({PROMOTED}) AS promoted,
    (SELECT json_agg(row_to_json(k)) FROM (SELECT id, amount FROM cart_credit_line
      WHERE cart_id = c.id AND deleted_at IS NULL ORDER BY id) k) AS credit_lines,
    (SELECT row_to_json(p) FROM (SELECT pc.id, amount, currency_code, EXISTS (
        SELECT FROM payment_session s WHERE s.payment_collection_id = pc.id AND s.fate IN ('creating', 'open')
      ) AS has_session FROM payment_collection pc WHERE cart_id = c.id AND deleted_at IS NULL) p) AS collection,
    (SELECT json_agg(row_to_json(f)) FROM (SELECT {OFFER_COLUMNS} FROM shipping_option o
      WHERE o.id IN (SELECT shipping_option_id FROM cart_shipping_method WHERE cart_id = c.id)
      AND o.deleted_at IS NULL AND {OF_CHANNEL.format(channel="c.sales_channel_id")}) f) AS offers,
    ({_TAX_PROVIDER}) AS tax_provider_id,
    (SELECT id FROM customer WHERE id = c.customer_id AND has_account) AS account_id,
    (SELECT json_agg(row_to_json(r)) FROM ({_RATES}) r) AS rates,
    c.completed_at IS NOT NULL AS is_completed,
    (SELECT row_to_json(t) FROM (SELECT id, deadline < clock_timestamp() AS is_overdue FROM checkout_attempt
      WHERE cart_id = c.id AND state = 'open') t) AS attempt
  FROM cart c LEFT JOIN cart_address a ON a.id = c.shipping_address_id WHERE c.id = $1 AND c.deleted_at IS NULL) x
"""


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """A checkout that holds the cart, unless it is past its deadline."""

    id: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class LoadedCart:
    """A cart with what the catalogue says about its address and its shipping methods."""

    state: CartState
    rates: tuple[Rate, ...]
    offers: Mapping[str, Offer]
    promotions: LoadedPromotions | None = None  # None where none acts
    is_completed: bool = False
    attempt: OpenAttempt | None = None
    tax_provider_id: str | None = None  # whom the address's tax region names
    account_id: str | None = None  # the customer, unless they are a guest
    kept: Mapping[str, Answer] = field(default_factory=dict)
    told: Told = NOTHING_TOLD


async def load_cart(
    session: AsyncSession, cart_id: str, told: Told = NOTHING_TOLD, codes: Codes = SAME_CODES
) -> LoadedCart:
    """Return the cart as its last commit left it, with the promotions that may act on it once it has the `codes`.

    `told` is what was asked for this write. Errors: not_found when there is none.
    """
    text = await value(session, _LOAD, cart_id, codes.named, codes.replace is None)
    if text is None:
        raise not_found(f"Cart id not found: {cart_id}")
    row = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return LoadedCart(
        state=_state(row),
        rates=tuple(_rate(rate) for rate in row["rates"] or ()),
        offers={found["id"]: offer(found) for found in row["offers"] or ()},
        promotions=promotions_of(row["promoted"], codes) if row["promoted"] or codes.named else None,
        is_completed=row["is_completed"],
        attempt=OpenAttempt(**row["attempt"]) if row["attempt"] else None,
        tax_provider_id=row["tax_provider_id"],
        account_id=row["account_id"],
        kept=kept_answers(json.loads(row["answers"] or "{}")),
        told=told,
    )


def _rate(row: Mapping[str, Any]) -> Rate:
    rules = frozenset((reference, id_) for reference, id_ in row["rules"] or ())
    return Rate(**{**row, "rules": rules, "provider_id": row["provider_id"].removeprefix("tp_")})


def _state(row: Mapping[str, Any]) -> CartState:
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
        promotion_ids=tuple(row["promotion_ids"]),
        answers=json.loads(row["answers"] or "{}"),
        unconfirmed=tuple(row["unconfirmed"] or ()),
    )


def _parts(row: Mapping[str, Any]) -> dict[str, Any]:
    taxes: Sequence[Mapping[str, Any]] = row["tax_lines"] or ()
    adjustments: Sequence[Mapping[str, Any]] = row["adjustments"] or ()
    free = {name: json.loads(row[name]) for name in ("metadata", "data") if row.get(name) is not None}
    return {
        **row,
        **free,
        "tax_lines": tuple(TaxLine(**tax) for tax in taxes),
        "adjustments": tuple(Adjustment(**{**found, "rank": int(found["rank"])}) for found in adjustments),
    }
