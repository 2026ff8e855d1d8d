"""Whether a cart is what its rows say: every stored total against the calculator, and the money asked for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from commerce.cart.rows import CartState
from commerce.totals.publish import adjustment_totals, cart_totals, line_totals, tax_line_totals
from commerce.totals.results import LineResult, TotalsResult
from kit.db import Database, value
from kit.decimals import rho, to_number
from kit.money import Currency
from operations.load_cart import load_cart
from operations.price_cart import published_total, total_cart

STORED = """
SELECT json_build_object('totals', c.totals, 'sessions', (
    SELECT json_agg(json_build_array(s.amount, s.currency_code)) FROM payment_session s
    JOIN payment_collection p ON p.id = s.payment_collection_id WHERE p.cart_id = c.id AND s.fate = 'open'),
  'lines', (SELECT json_object_agg(id, totals) FROM cart_line_item WHERE cart_id = c.id AND deleted_at IS NULL),
  'methods', (SELECT json_object_agg(id, totals) FROM cart_shipping_method
    WHERE cart_id = c.id AND deleted_at IS NULL),
  'adjustments', (SELECT json_object_agg(a.id, a.amount) FROM (
    SELECT a.id, a.amount FROM cart_line_item_adjustment a JOIN cart_line_item i ON i.id = a.item_id
    WHERE i.cart_id = c.id UNION ALL
    SELECT a.id, a.amount FROM cart_shipping_method_adjustment a
    JOIN cart_shipping_method m ON m.id = a.shipping_method_id WHERE m.cart_id = c.id) a))::text
FROM cart c WHERE c.id = $1
"""


async def audit_cart(database: Database, cart_id: str) -> list[str]:
    """Return what of the stored cart is not what the calculator makes of its rows, in words."""
    state = (await database.transact(lambda session: load_cart(session, cart_id))).state
    async with database.reading() as connection:
        text = await value(connection, STORED, cart_id)
    stored = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    result = total_cart(state)
    lines = {line.id: line for line in (*result.lines, *result.shipping_methods)}
    wrong = _differences("the cart", cart_totals(result), stored["totals"] or {})
    for id_, totals in {**(stored["lines"] or {}), **(stored["methods"] or {})}.items():
        wrong += _differences(f"taxes of {id_}", _taxes(lines[id_]), _flat(totals.pop("tax_lines", {})))
        wrong += _differences(id_, line_totals(lines[id_]), totals)
    parts = {id_: part["amount"] for line in lines.values() for id_, part in adjustment_totals(line).items()}
    return [*wrong, *_differences("discounts", parts, stored["adjustments"] or {}), *_money(state, result, stored)]


def _taxes(line: LineResult) -> dict[str, Decimal]:
    return _flat(tax_line_totals(line))


def _flat(taxes: Mapping[str, Mapping[str, Decimal]]) -> dict[str, Decimal]:
    return {f"{id_}.{name}": amount for id_, totals in taxes.items() for name, amount in totals.items()}


def _differences(name: str, computed: Mapping[str, Decimal], stored: Mapping[str, Decimal]) -> list[str]:
    if computed.keys() != stored.keys():
        return [f"{name} has {sorted(stored)}, computed are {sorted(computed)}"]
    return [
        f"{name}.{key} is {stored[key]}, computed is {computed[key]}"
        for key in computed
        if Decimal(to_number(computed[key])) != stored[key]
    ]


def _money(state: CartState, result: TotalsResult, stored: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the payment collection and the session that can be paid."""
    total, found = published_total(result), state.collection
    wrong = []
    if found is not None and (found.amount, found.currency_code) != (total, state.currency_code):
        wrong.append(f"{found.amount} {found.currency_code} is asked for a cart of {total} {state.currency_code}")
    unit = Currency(state.currency_code, state.decimal_digits).unit
    payable = {total, rho(total, unit)}
    for amount, currency_code in stored["sessions"] or ():
        if amount not in payable or currency_code != state.currency_code:
            wrong.append(f"a session of {amount} {currency_code} is open for a cart of {total} {state.currency_code}")
    return wrong
