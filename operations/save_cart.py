"""Write back what changed of a cart, in one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import CartState, Line, Method
from commerce.totals.publish import adjustment_totals, cart_totals, line_totals, tax_line_totals
from commerce.totals.results import LineResult, TotalsResult
from kit.db import value
from kit.decimals import Encodable, encode
from kit.errors import BUSY, conflict
from kit.ids import new_id
from operations.price_cart import published_total

_SNAPSHOT: Final = """title text, subtitle text, thumbnail text, product_title text, product_description text,
  product_subtitle text, product_type text, product_collection text, product_handle text, variant_sku text,
  variant_barcode text, variant_title text"""
_SNAPSHOT_NAMES: Final = ", ".join(part.split()[0] for part in _SNAPSHOT.replace("\n", " ").split(","))
_LINE: Final = """id text, quantity numeric, unit_price numeric, compare_at_unit_price numeric,
  is_tax_inclusive boolean, metadata text, totals jsonb"""
_LINE_FIXED: Final = """variant_id text, product_id text, product_type_id text, is_giftcard boolean,
  is_discountable boolean, requires_shipping boolean, is_custom_price boolean"""
_LINE_FIXED_NAMES: Final = """variant_id, product_id, product_type_id, is_giftcard, is_discountable, requires_shipping,
  is_custom_price"""
_LINE_NAMES: Final = "id, quantity, unit_price, compare_at_unit_price, is_tax_inclusive, metadata, totals"
_LINE_VALUES: Final = _LINE_NAMES.replace("metadata", "metadata::jsonb")
_METHOD: Final = "id text, name text, amount numeric, is_tax_inclusive boolean, totals jsonb"
_METHOD_FIXED: Final = "shipping_option_id text, shipping_profile_id text, is_custom_amount boolean, data text"
_METHOD_NAMES: Final = "id, name, amount, is_tax_inclusive, totals"
_METHOD_FIXED_NAMES: Final = "shipping_option_id, shipping_profile_id, is_custom_amount, data"
_METHOD_FIXED_VALUES: Final = _METHOD_FIXED_NAMES.replace("data", "data::jsonb")
_TAX: Final = "id text, rate numeric, code text, description text, tax_rate_id text, provider_id text, owner text"
_TAX_NAMES: Final = "id, rate, code, description, tax_rate_id, provider_id"
_OFF: Final = """id text, amount numeric, exact numeric, rank integer, code text, promotion_id text,
  is_tax_inclusive boolean, owner text"""
_OFF_NAMES: Final = "id, amount, exact, rank, code, promotion_id"

_SAVE: Final = f"""
WITH doc AS (SELECT $2::jsonb AS d),
gone_lines AS (DELETE FROM cart_line_item WHERE cart_id = $1 AND id = ANY($3)),
gone_methods AS (DELETE FROM cart_shipping_method WHERE cart_id = $1 AND id = ANY($3)),
gone_line_taxes AS (DELETE FROM cart_line_item_tax_line WHERE item_id = ANY($4)),
gone_line_offs AS (DELETE FROM cart_line_item_adjustment WHERE item_id = ANY($10)),
gone_method_offs AS (DELETE FROM cart_shipping_method_adjustment WHERE shipping_method_id = ANY($10)),
gone_method_taxes AS (DELETE FROM cart_shipping_method_tax_line WHERE shipping_method_id = ANY($4)),
new_lines AS (
  INSERT INTO cart_line_item (cart_id, {_LINE_NAMES}, {_LINE_FIXED_NAMES}, {_SNAPSHOT_NAMES})
  SELECT $1, {_LINE_VALUES}, {_LINE_FIXED_NAMES}, {_SNAPSHOT_NAMES}
  FROM doc, jsonb_to_recordset(d -> 'new_lines') AS x({_LINE}, {_LINE_FIXED}, {_SNAPSHOT})),
changed_lines AS (
  UPDATE cart_line_item i SET quantity = x.quantity, unit_price = x.unit_price,
    compare_at_unit_price = x.compare_at_unit_price, is_tax_inclusive = x.is_tax_inclusive,
    metadata = x.metadata::jsonb, totals = x.totals, updated_at = now()
  FROM doc, jsonb_to_recordset(d -> 'changed_lines') AS x({_LINE}) WHERE i.id = x.id AND i.cart_id = $1),
new_methods AS (
  INSERT INTO cart_shipping_method (cart_id, {_METHOD_NAMES}, {_METHOD_FIXED_NAMES})
  SELECT $1, {_METHOD_NAMES}, {_METHOD_FIXED_VALUES}
  FROM doc, jsonb_to_recordset(d -> 'new_methods') AS x({_METHOD}, {_METHOD_FIXED})),
changed_methods AS (
  UPDATE cart_shipping_method m SET name = x.name, amount = x.amount, is_tax_inclusive = x.is_tax_inclusive,
    totals = x.totals, updated_at = now()
  FROM doc, jsonb_to_recordset(d -> 'changed_methods') AS x({_METHOD}) WHERE m.id = x.id AND m.cart_id = $1),
line_taxes AS (
  INSERT INTO cart_line_item_tax_line ({_TAX_NAMES}, item_id) SELECT {_TAX_NAMES}, owner
  FROM doc, jsonb_to_recordset(d -> 'line_taxes') AS x({_TAX})),
method_taxes AS (
  INSERT INTO cart_shipping_method_tax_line ({_TAX_NAMES}, shipping_method_id) SELECT {_TAX_NAMES}, owner
  FROM doc, jsonb_to_recordset(d -> 'method_taxes') AS x({_TAX})),
line_offs AS (
  INSERT INTO cart_line_item_adjustment ({_OFF_NAMES}, is_tax_inclusive, item_id)
  SELECT {_OFF_NAMES}, is_tax_inclusive, owner FROM doc, jsonb_to_recordset(d -> 'line_adjustments') AS x({_OFF})),
method_offs AS (
  INSERT INTO cart_shipping_method_adjustment ({_OFF_NAMES}, shipping_method_id) SELECT {_OFF_NAMES}, owner
  FROM doc, jsonb_to_recordset(d -> 'method_adjustments') AS x({_OFF})),
kept_promotions AS (
  INSERT INTO cart_promotion (cart_id, promotion_id)
  SELECT $1, id FROM doc, jsonb_array_elements_text(d -> 'promotions') AS x(id) ON CONFLICT DO NOTHING),
gone_promotions AS (
  DELETE FROM cart_promotion p USING doc WHERE p.cart_id = $1 AND NOT d -> 'promotions' ? p.promotion_id),
collection AS (
  UPDATE payment_collection SET amount = $6, currency_code = $7, updated_at = now()
  WHERE cart_id = $1 AND (amount, currency_code) IS DISTINCT FROM ($6, $7)),
superseded AS (
  UPDATE payment_session s SET fate = 'superseded', updated_at = now(), released_because = 'superseded'
  WHERE s.payment_collection_id = $13 AND s.fate = 'open'
  RETURNING s.id, EXISTS (
    SELECT FROM checkout_attempt a WHERE a.cart_id = $1 AND a.session_id = s.id AND a.state = 'open') AS is_busy),
events AS (
  INSERT INTO outbox_event (id, name, data)
  SELECT id, name, jsonb_build_object('id', $1::text) FROM unnest($8::text[], $9::text[]) AS x(id, name)
  UNION ALL SELECT $14, 'start.release-session', jsonb_build_object('session_id', id) FROM superseded
  RETURNING pg_notify('outbox', ''))
UPDATE cart SET totals = $5::jsonb, version = version + 1, updated_at = now(), answers = $11::jsonb,
  unconfirmed = $12::jsonb
WHERE id = $1 AND (SELECT count(*) FROM events) >= 0
RETURNING EXISTS (SELECT FROM superseded WHERE is_busy)
"""


async def save_cart(
    session: AsyncSession, before: CartState, after: CartState, result: TotalsResult, events: Sequence[str]
) -> None:
    """Write the differences, the totals, the collection's amount and the outbox rows; the version grows by one.

    When the total or the currency changes, the open payment session is superseded in the same commit, and its release
    asked for, so that no session can pay another amount than the cart's (docs/checkout.md: supersede). One that is
    still being created is let go when it settles, since it settles only for the cart's own version. Errors: conflict
    while a checkout runs on the session, whose money may be on its way.
    """
    lines = _difference(before.lines, after.lines)
    methods = _difference(before.methods, after.methods)
    by_id = {line.id: line for line in (*result.lines, *result.shipping_methods)}
    document: dict[str, Encodable] = {
        "new_lines": [_line(line, by_id) | _fixed(line) for line in lines.new],
        "changed_lines": [_line(line, by_id) for line in lines.changed],
        "new_methods": [_method(method, by_id) | _method_fixed(method) for method in methods.new],
        "changed_methods": [_method(method, by_id) for method in methods.changed],
        "line_taxes": _taxes(lines),
        "method_taxes": _taxes(methods),
        "line_adjustments": _adjustments(lines, by_id),
        "method_adjustments": _adjustments(methods, by_id),
        "promotions": list(after.promotion_ids),
    }
    is_busy = await value(
        session,
        _SAVE,
        after.id,
        encode(document),
        [*lines.gone, *methods.gone],
        [thing.id for thing in (*lines.retaxed, *methods.retaxed)],
        encode(cart_totals(result)),
        published_total(result),
        after.currency_code,
        [new_id("evt") for _ in events],
        list(events),
        [thing.id for thing in (*lines.readjusted, *methods.readjusted)],
        json.dumps(after.answers) if after.answers else None,
        json.dumps(after.unconfirmed) if after.unconfirmed else None,
        _outdated(after, result),
        new_id("evt"),
    )
    if is_busy:
        raise conflict(BUSY)


def _outdated(cart: CartState, result: TotalsResult) -> str | None:
    """Return the collection whose session is for another amount than the cart's, None where none is."""
    found = cart.collection
    if found is None or not found.has_session:
        return None
    is_same = found.amount == published_total(result) and found.currency_code == cart.currency_code
    return None if is_same else found.id


@dataclass(frozen=True, slots=True)
class _Difference:
    new: tuple[Any, ...]
    changed: tuple[Any, ...]
    retaxed: tuple[Any, ...]
    readjusted: tuple[Any, ...]
    gone: tuple[str, ...]


def _difference(before: Sequence[Line | Method], after: Sequence[Line | Method]) -> _Difference:
    old = {thing.id: thing for thing in before}
    kept = {thing.id for thing in after}
    # What a promotion takes is spread over the lines, so a line with a discount may change when another one does.
    changed = [t for t in after if t.id in old and (old[t.id] != t or t.adjustments)]
    return _Difference(
        new=tuple(thing for thing in after if thing.id not in old),
        changed=tuple(changed),
        retaxed=tuple(thing for thing in changed if thing.tax_lines != old[thing.id].tax_lines),
        readjusted=tuple(thing for thing in changed if thing.adjustments or old[thing.id].adjustments),
        gone=tuple(id_ for id_ in old if id_ not in kept),
    )


def _line(line: Line, totals: Mapping[str, LineResult]) -> dict[str, Encodable]:
    return {
        "id": line.id,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "compare_at_unit_price": line.compare_at_unit_price,
        "is_tax_inclusive": line.is_tax_inclusive,
        "metadata": json.dumps(line.metadata) if line.metadata is not None else None,
        "totals": _totals(totals[line.id]),
    }


def _fixed(line: Line) -> dict[str, Encodable]:
    return {
        "variant_id": line.variant_id,
        "product_id": line.product_id,
        "product_type_id": line.product_type_id,
        "is_giftcard": line.is_giftcard,
        "is_discountable": line.is_discountable,
        "requires_shipping": line.requires_shipping,
        "is_custom_price": line.is_custom_price,
        **line.snapshot,
    }


def _method(method: Method, totals: Mapping[str, LineResult]) -> dict[str, Encodable]:
    return {
        "id": method.id,
        "name": method.name,
        "amount": method.amount,
        "is_tax_inclusive": method.is_tax_inclusive,
        "totals": _totals(totals[method.id]),
    }


def _totals(result: LineResult) -> dict[str, Encodable]:
    """Return a line's totals with those of its tax lines by their ids, since a tax line outlives many totals."""
    taxes = tax_line_totals(result)
    return {**line_totals(result), **({"tax_lines": taxes} if taxes else {})}


def _method_fixed(method: Method) -> dict[str, Encodable]:
    return {
        "shipping_option_id": method.shipping_option_id,
        "shipping_profile_id": method.shipping_profile_id,
        "is_custom_amount": method.is_custom_amount,
        "data": json.dumps(method.data),
    }


def _taxes(difference: _Difference) -> list[Encodable]:
    return [
        {
            "id": tax.id,
            "rate": tax.rate,
            "code": tax.code,
            "description": tax.description,
            "tax_rate_id": tax.tax_rate_id,
            "provider_id": tax.provider_id,
            "owner": thing.id,
        }
        for thing in (*difference.new, *difference.retaxed)
        for tax in thing.tax_lines
    ]


def _adjustments(difference: _Difference, totals: Mapping[str, LineResult]) -> list[Encodable]:
    published = {id_: part for thing in totals.values() for id_, part in adjustment_totals(thing).items()}
    return [
        {
            "id": part.id,
            "amount": published[part.id]["amount"],
            "exact": part.amount,
            "rank": part.rank,
            "code": part.code,
            "promotion_id": part.promotion_id,
            "is_tax_inclusive": part.is_tax_inclusive,
            "owner": thing.id,
        }
        for thing in (*difference.new, *difference.readjusted)
        for part in thing.adjustments
    ]
