"""An order's timeline: what happened to it and its money, told from the rows that say so."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.db import run

KINDS: Final = {
    ("held", "shopper"): "authorized",
    ("captured", "held"): "captured",
    ("held", "captured"): "capture_failed",
    ("shopper", "captured"): "refunded",
    ("captured", "shopper"): "refund_failed",
    ("disputed", "captured"): "dispute_opened",
    ("captured", "disputed"): "dispute_won",
    ("shopper", "disputed"): "dispute_lost",
    ("fees", "captured"): "fee_kept",
    ("captured", "fees"): "fee_given_back",
    ("settled_by_hand", "shopper"): "settled_by_hand",
    ("shopper", "settled_by_hand"): "refunded_by_hand",
    ("credited", "shopper"): "credited",
    ("shopper", "credited"): "credit_taken_back",
}
"""What an entry of the ledger tells, by its debit and credit account."""


async def read_timeline(connection: AsyncConnection, order_id: str) -> dict[str, Any] | None:
    """Return what happened, the oldest first; None when there is no such order.

    Every amount of the ledger is told once; captures and refunds that are on their way or never happened, and
    questions of a bank, have no entry and are told from their rows. `attention`: what waits for a person just now.
    """
    rows = await run(connection, _TIMELINE, order_id)
    if not rows:
        return None
    waiting = [
        {"payment_id": row.payment_id, "reference_id": row.id, "reason": row.attention}
        for row in await run(connection, _ATTENTION, order_id)
    ]
    return {"order_id": order_id, "attention": waiting, "timeline": [_told(row) for row in rows]}


def _told(row: Row[Any]) -> dict[str, Any]:
    kind = row.kind or _kind(row)
    facts = {"amount": row.amount, "currency_code": row.currency_code, "payment_id": row.payment_id}
    who = {"reference_id": row.reference_id, "created_by": row.created_by, "note": row.note}
    return {"at": row.at, "kind": kind, **facts, **who}


def _kind(row: Row[Any]) -> str:
    if (row.debit, row.credit) == ("shopper", "held"):
        return "expired" if ":expired:" in row.source_id else "canceled" if ":canceled" in row.source_id else "freed"
    if (row.debit, row.credit) == ("captured", "shopper") and row.reference_id.startswith("paydsp_"):
        return "dispute_won"
    return KINDS.get((row.debit, row.credit), "moved")


_ATTENTION: Final = """
WITH p AS (SELECT p.id, p.attention, s.id AS session_id, s.attention AS of_session FROM payment_session s
  LEFT JOIN payment p ON p.payment_session_id = s.id WHERE s.order_id = $1)
SELECT payment_id, id, attention FROM (
  SELECT p.id AS payment_id, p.id, p.attention FROM p
  UNION ALL SELECT p.id, p.session_id, p.of_session FROM p
  UNION ALL SELECT p.id, c.id, c.attention FROM p JOIN capture c ON c.payment_id = p.id
  UNION ALL SELECT p.id, r.id, r.attention FROM p JOIN refund r ON r.payment_id = p.id
  UNION ALL SELECT p.id, d.id, d.attention FROM p JOIN payment_dispute d ON d.payment_id = p.id) waiting
WHERE attention IS NOT NULL ORDER BY id
"""
_TIMELINE: Final = """
WITH o AS (SELECT id, currency_code, created_at FROM "order" WHERE id = $1 AND deleted_at IS NULL),
p AS (SELECT p.id, p.payment_session_id, p.currency_code FROM payment p
  JOIN payment_session s ON s.id = p.payment_session_id JOIN o ON o.id = s.order_id),
moved AS (
  SELECT c.id, 'capture' AS of, c.amount, c.state, c.created_by, NULL AS note, c.created_at, c.updated_at, p.id AS
    payment_id, p.currency_code FROM capture c JOIN p ON p.id = c.payment_id
  UNION ALL SELECT r.id, 'refund', r.amount, r.state, r.created_by, r.note, r.created_at, r.updated_at, p.id,
    p.currency_code FROM refund r JOIN p ON p.id = r.payment_id),
told AS (
  SELECT o.created_at AS at, 0 AS rank, 'order_placed' AS kind, NULL AS debit, NULL AS credit, NULL AS source_id,
    NULL AS nth, NULL::numeric AS amount, o.currency_code, NULL AS payment_id, o.id AS reference_id, NULL AS created_by,
    NULL AS note
  FROM o
  UNION ALL
  SELECT e.created_at, 1, NULL, e.debit, e.credit, e.source_id, e.id, e.amount, e.currency_code, p.id,
    split_part(e.source_id, ':', 1), m.created_by, coalesce(e.note, m.note)
  FROM o JOIN ledger_entry e ON e.order_id = o.id LEFT JOIN p ON p.payment_session_id = e.payment_session_id
  LEFT JOIN moved m ON m.id = split_part(e.source_id, ':', 1)
  UNION ALL
  SELECT CASE m.state WHEN 'failed' THEN m.updated_at ELSE m.created_at END, 2, m.of || '_' || m.state, NULL, NULL,
    NULL, NULL, m.amount, m.currency_code, m.payment_id, m.id, m.created_by, m.note
  FROM moved m WHERE m.state <> 'done' AND NOT EXISTS (
    SELECT FROM ledger_entry e WHERE e.order_id = $1 AND split_part(e.source_id, ':', 1) = m.id)
  UNION ALL
  SELECT d.created_at, 3, 'dispute_inquiry', NULL, NULL, NULL, NULL, d.amount, p.currency_code, p.id, d.id,
    NULL, d.reason
  FROM payment_dispute d JOIN p ON p.id = d.payment_id WHERE d.status = 'inquiry')
SELECT kind, debit, credit, source_id, amount, currency_code, payment_id, reference_id, created_by, note,
  to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
FROM told ORDER BY rank > 0, told.at, rank, nth
"""
