"""Copy a cart into its order: every table of the order, in a constant number of statements (contract section 13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import CartState
from commerce.ledger.rules import credited
from commerce.totals.publish import adjustment_totals, line_totals, order_totals, summary_totals, tax_line_totals
from commerce.totals.results import LineResult
from commerce.totals.summary import summarise
from kit.db import run
from kit.decimals import ZERO, Encodable, encode
from kit.ids import new_id
from kit.money import Currency
from operations.book import Source, book
from operations.load_cart import load_cart
from operations.total_order import total_order


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """The ids that `begin` gave to the order and, by cart line, to its lines; `paid` is what was already taken."""

    id: str
    cart_id: str
    lines: Mapping[str, str]
    paid: Decimal


async def write_order(session: AsyncSession, order: PlannedOrder) -> None:
    """Insert the order, complete the cart; the caller holds the cart's lock and has checked its version.

    Four statements whatever the number of lines, one more for credit lines. An IntegrityError when the cart has an
    order already.
    """
    cart = (await load_cart(session, order.cart_id)).state
    result = total_order(cart)
    summary = summarise(
        Currency(cart.currency_code, cart.decimal_digits),
        result.total,
        paid_total=order.paid,
        credit_line_total=result.credit_line_total,
    )
    await run(session, _HEAD, cart.id, order.id, new_id("ordaddr"), new_id("ordaddr"))
    await run(session, _ITEMS, order.id, encode(_items(cart, order, result.lines)))
    await run(session, _METHODS, order.id, encode(_methods(cart, result.shipping_methods)))
    credits_: list[Encodable] = [{"old": line.id, "new": new_id("ordcl")} for line in cart.credit_lines]
    await run(
        session,
        _SUMMARY,
        order.id,
        cart.id,
        new_id("ordsum"),
        encode(summary_totals(summary)),
        encode(order_totals(result)),
        encode(credits_),
    )
    if cart.credit_lines:
        amount = sum((line.amount for line in cart.credit_lines), ZERO)
        await book(session, Source(order.id, None, None, cart.currency_code, order.id), credited(amount))


def _items(cart: CartState, order: PlannedOrder, results: Sequence[LineResult]) -> dict[str, Any]:
    lines = [
        {
            "old": result.id,
            "new": order.lines[result.id],
            "version_row": new_id("orditem"),
            "totals": line_totals(result),
        }
        for result in results
    ]
    owners = [(line, order.lines[line.id], result) for line, result in zip(cart.lines, results, strict=True)]
    return {
        "lines": lines,
        "taxes": [tax for _, owner, result in owners for tax in _taxes(result, owner, "ordlitxl")],
        "adjustments": [part for _, owner, result in owners for part in _adjustments(result, owner, "ordliadj")],
    }


def _methods(cart: CartState, results: Sequence[LineResult]) -> dict[str, Any]:
    ids = sorted(new_id("ordsm") for _ in cart.methods)
    owners = list(zip(ids, results, strict=True))
    return {
        "methods": [
            {"old": result.id, "new": id_, "version_row": new_id("ordspmv"), "totals": line_totals(result)}
            for id_, result in owners
        ],
        "taxes": [tax for id_, result in owners for tax in _taxes(result, id_, "ordsmtxl")],
        "adjustments": [part for id_, result in owners for part in _adjustments(result, id_, "ordsmadj")],
    }


def _taxes(result: LineResult, owner: str, prefix: str) -> list[dict[str, Any]]:
    totals = tax_line_totals(result)
    return [{"old": id_, "new": new_id(prefix), "owner": owner, **amounts} for id_, amounts in totals.items()]


def _adjustments(result: LineResult, owner: str, prefix: str) -> list[dict[str, Any]]:
    return [
        {"old": id_, "new": new_id(prefix), "owner": owner, "subtotal": part["subtotal"], "total": part["total"]}
        for id_, part in adjustment_totals(result).items()
    ]


_ADDRESS: Final = """customer_id, company, first_name, last_name, address_1, address_2, city, country_code, province,
  postal_code, phone, metadata"""
_LINE: Final = """title, subtitle, thumbnail, variant_id, product_id, product_title, product_description,
  product_subtitle, product_type, product_type_id, product_collection, product_handle, variant_sku, variant_barcode,
  variant_title, variant_option_values, requires_shipping, is_giftcard, is_discountable, is_tax_inclusive,
  is_custom_price, compare_at_unit_price, unit_price"""
_METHOD: Final = "name, description, is_tax_inclusive, is_custom_amount, shipping_option_id, data, metadata, amount"
_TAX: Final = "description, tax_rate_id, code, provider_id, data, metadata, rate"
_ROW: Final = '(old text, "new" text, version_row text, totals jsonb)'
_PART: Final = '(old text, "new" text, owner text, subtotal numeric, total numeric)'

_HEAD: Final = f"""
WITH c AS (
  UPDATE cart SET completed_at = now(), updated_at = now(), version = version + 1
  WHERE id = $1 AND completed_at IS NULL RETURNING *),
shipping AS (INSERT INTO order_address (id, {_ADDRESS})
  SELECT $3, {_ADDRESS} FROM cart_address WHERE id = (SELECT shipping_address_id FROM c) RETURNING id),
billing AS (INSERT INTO order_address (id, {_ADDRESS})
  SELECT $4, {_ADDRESS} FROM cart_address WHERE id = (SELECT billing_address_id FROM c) RETURNING id)
INSERT INTO "order" (id, cart_id, region_id, customer_id, sales_channel_id, email, currency_code, locale, metadata,
  rounding, status, shipping_address_id, billing_address_id)
SELECT $2, id, region_id, customer_id, sales_channel_id, email, currency_code, locale, metadata, rounding, 'pending',
  (SELECT id FROM shipping), (SELECT id FROM billing)
FROM c
"""
_ITEMS: Final = f"""
WITH doc AS (SELECT $2::jsonb AS d),
x AS (SELECT x.* FROM doc, jsonb_to_recordset(d -> 'lines') AS x{_ROW}),
lines AS (INSERT INTO order_line_item (id, {_LINE}, metadata)
  SELECT x."new", {_LINE}, metadata FROM x JOIN cart_line_item i ON i.id = x.old),
taxes AS (INSERT INTO order_line_item_tax_line (id, {_TAX}, subtotal, total, item_id)
  SELECT p."new", {_TAX}, subtotal, total, owner FROM doc, jsonb_to_recordset(d -> 'taxes') AS p{_PART}
  JOIN cart_line_item_tax_line t ON t.id = p.old),
adjustments AS (
  INSERT INTO order_line_item_adjustment (id, description, promotion_id, code, provider_id, is_tax_inclusive, amount,
    exact, rank, subtotal, total, item_id)
  SELECT p."new", description, promotion_id, code, provider_id, is_tax_inclusive, amount, exact, rank, subtotal, total,
    owner
  FROM doc, jsonb_to_recordset(d -> 'adjustments') AS p{_PART} JOIN cart_line_item_adjustment a ON a.id = p.old)
INSERT INTO order_item (id, order_id, item_id, quantity, metadata, totals)
SELECT x.version_row, $1, x."new", i.quantity, i.metadata, x.totals
FROM x JOIN cart_line_item i ON i.id = x.old
"""
_METHODS: Final = f"""
WITH doc AS (SELECT $2::jsonb AS d),
x AS (SELECT x.* FROM doc, jsonb_to_recordset(d -> 'methods') AS x{_ROW}),
methods AS (INSERT INTO order_shipping_method (id, {_METHOD})
  SELECT x."new", {_METHOD} FROM x JOIN cart_shipping_method m ON m.id = x.old),
taxes AS (INSERT INTO order_shipping_method_tax_line (id, {_TAX}, subtotal, total, shipping_method_id)
  SELECT p."new", {_TAX}, subtotal, total, owner FROM doc, jsonb_to_recordset(d -> 'taxes') AS p{_PART}
  JOIN cart_shipping_method_tax_line t ON t.id = p.old),
adjustments AS (
  INSERT INTO order_shipping_method_adjustment (id, description, promotion_id, code, provider_id, amount, exact, rank,
    subtotal, total, shipping_method_id)
  SELECT p."new", description, promotion_id, code, provider_id, amount, exact, rank, subtotal, total, owner
  FROM doc, jsonb_to_recordset(d -> 'adjustments') AS p{_PART} JOIN cart_shipping_method_adjustment a ON a.id = p.old)
INSERT INTO order_shipping (id, order_id, shipping_method_id, totals)
SELECT x.version_row, $1, x."new", x.totals FROM x
"""
_SUMMARY: Final = """
WITH credits AS (
  INSERT INTO order_credit_line (id, order_id, reference, reference_id, amount, metadata)
  SELECT x."new", $1, reference, reference_id, amount, metadata
  FROM jsonb_to_recordset($6::jsonb) AS x(old text, "new" text) JOIN cart_credit_line c ON c.id = x.old
  WHERE c.cart_id = $2)
INSERT INTO order_summary (id, order_id, summary, totals) VALUES ($3, $1, $4::jsonb, $5::jsonb)
"""
