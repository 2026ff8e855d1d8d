"""A credit line of an order: of what the shopper owes, less is asked for (contract section 14)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.ledger.rules import credited
from kit.db import run
from kit.ids import new_id
from operations.book import Source, book
from operations.next_version import next_version


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit line to be: its amount (rounded; below zero raises what is owed), and what it is for."""

    order_id: str
    currency_code: str
    amount: Decimal
    reference: str
    reference_id: str


async def credit_order(session: AsyncSession, credit: Credit) -> str:
    """Write the credit line in the order's next version, with its totals, and return its id.

    The caller has the order's lock, and brings the summary up to the ledger after (`derive_summary`).
    """
    version = await next_version(session, credit.order_id)
    line_id = new_id("ordcl")
    values = (line_id, credit.order_id, version, credit.amount, credit.reference, credit.reference_id)
    await run(session, _INSERT, *values)
    await book(session, Source(line_id, None, None, credit.currency_code, credit.order_id), credited(credit.amount))
    return line_id


# What the version before cost is what the change is measured by: `original_order_total`.
_INSERT: Final = """
WITH line AS (
  INSERT INTO order_credit_line (id, order_id, version, amount, reference, reference_id, metadata)
  VALUES ($1, $2, $3, $4, $5, $6, jsonb_build_object('created_in_version', $3::bigint)) RETURNING amount)
UPDATE order_summary s SET updated_at = now(),
  totals = s.totals || jsonb_build_object('total', (s.totals ->> 'total')::numeric - line.amount,
    'credit_line_total', (s.totals ->> 'credit_line_total')::numeric + line.amount,
    'credit_line_subtotal', (s.totals ->> 'credit_line_subtotal')::numeric + line.amount),
  summary = s.summary || jsonb_build_object('original_order_total', (s.totals ->> 'total')::numeric,
    'credit_line_total', line.amount)
FROM line WHERE s.order_id = $2 AND s.version = $3
"""
