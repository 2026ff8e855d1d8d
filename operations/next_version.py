"""Give an order its next version: its lines, shipping methods and discounts as they are, to be changed after."""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import run, value
from kit.ids import new_id

_PREFIXES: Final = {
    "order_item": "orditem",
    "order_shipping": "ordspmv",
    "order_line_item_adjustment": "ordliadj",
    "order_shipping_method_adjustment": "ordsmadj",
    "order_summary": "ordsum",
}


async def next_version(session: AsyncSession, order_id: str) -> int:
    """Copy the rows of the order's current version to the next one and return its number (contract section 15).

    Three statements whatever the number of lines. The caller has the order's lock.
    """
    rows = [
        {"of": row.of, "old": row.id, "new": new_id(_PREFIXES[row.of])} for row in await run(session, _ROWS, order_id)
    ]
    await run(session, _COPY, json.dumps(rows))
    version: int = await value(session, _RAISE, order_id)
    return version


_ROWS: Final = """
WITH o AS (SELECT id, version FROM "order" WHERE id = $1),
lines AS (SELECT i.id, i.item_id FROM order_item i JOIN o ON i.order_id = o.id AND i.version = o.version),
methods AS (
  SELECT s.id, s.shipping_method_id FROM order_shipping s JOIN o ON s.order_id = o.id AND s.version = o.version)
SELECT 'order_item' AS of, id FROM lines
UNION ALL SELECT 'order_shipping', id FROM methods
UNION ALL SELECT 'order_line_item_adjustment', a.id
  FROM order_line_item_adjustment a JOIN lines l ON l.item_id = a.item_id JOIN o ON a.version = o.version
UNION ALL SELECT 'order_shipping_method_adjustment', a.id
  FROM order_shipping_method_adjustment a JOIN methods m ON m.shipping_method_id = a.shipping_method_id
  JOIN o ON a.version = o.version
UNION ALL SELECT 'order_summary', s.id FROM order_summary s JOIN o ON s.order_id = o.id AND s.version = o.version
"""
_COPY: Final = """
WITH x AS (SELECT x.* FROM jsonb_to_recordset($1::jsonb) AS x(of text, old text, "new" text)),
items AS (
  INSERT INTO order_item (id, version, order_id, item_id, quantity, unit_price, compare_at_unit_price,
    fulfilled_quantity, delivered_quantity, shipped_quantity, return_requested_quantity, return_received_quantity,
    return_dismissed_quantity, written_off_quantity, metadata, totals)
  SELECT x."new", i.version + 1, i.order_id, i.item_id, i.quantity, coalesce(i.unit_price, l.unit_price),
    coalesce(i.compare_at_unit_price, l.compare_at_unit_price),
    fulfilled_quantity, delivered_quantity, shipped_quantity, return_requested_quantity, return_received_quantity,
    return_dismissed_quantity, written_off_quantity, i.metadata, i.totals
  FROM x JOIN order_item i ON i.id = x.old JOIN order_line_item l ON l.id = i.item_id WHERE x.of = 'order_item'),
methods AS (
  INSERT INTO order_shipping (id, version, order_id, return_id, exchange_id, claim_id, shipping_method_id, totals)
  SELECT x."new", version + 1, order_id, return_id, exchange_id, claim_id, shipping_method_id, totals
  FROM x JOIN order_shipping s ON s.id = x.old WHERE x.of = 'order_shipping'),
item_parts AS (
  INSERT INTO order_line_item_adjustment (id, version, description, promotion_id, code, provider_id, is_tax_inclusive,
    amount, exact, rank, subtotal, total, item_id)
  SELECT x."new", version + 1, description, promotion_id, code, provider_id, is_tax_inclusive,
    amount, exact, rank, subtotal, total, item_id
  FROM x JOIN order_line_item_adjustment a ON a.id = x.old WHERE x.of = 'order_line_item_adjustment'),
method_parts AS (
  INSERT INTO order_shipping_method_adjustment (id, version, description, promotion_id, code, provider_id, amount,
    exact, rank, subtotal, total, shipping_method_id)
  SELECT x."new", version + 1, description, promotion_id, code, provider_id, amount,
    exact, rank, subtotal, total, shipping_method_id
  FROM x JOIN order_shipping_method_adjustment a ON a.id = x.old WHERE x.of = 'order_shipping_method_adjustment')
INSERT INTO order_summary (id, version, order_id, summary, totals)
SELECT x."new", version + 1, order_id, summary, totals FROM x JOIN order_summary s ON s.id = x.old
WHERE x.of = 'order_summary'
"""
_RAISE: Final = 'UPDATE "order" SET version = version + 1, updated_at = now() WHERE id = $1 RETURNING version'
