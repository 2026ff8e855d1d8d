"""What an order's summary says of money, derived from the ledger (contract section 15)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.ledger.rules import total
from commerce.totals.publish import summary_totals
from commerce.totals.summary import Summary, summarise
from kit.db import one, run
from kit.decimals import ZERO, encode
from kit.money import Currency
from operations.lock_payment import flows_of_order


async def derive_summary(session: AsyncSession, order_id: str) -> Summary:
    """Bring the summary of the order's current version up to the ledger; the caller has the order's lock."""
    row = await one(session, _READ, order_id)
    if row is None:
        raise LookupError(f"{order_id} has no summary at its version")
    said, totals, flows = _amounts(row.summary), _amounts(row.totals), await flows_of_order(session, order_id)
    summary = summarise(
        Currency(row.currency_code, row.decimal_digits),
        totals["total"],
        previous_total=said["original_order_total"],
        paid_total=total("captured", flows),
        refunded_total=total("refunded", flows),
        return_requested_total=totals.get("return_requested_total", ZERO),
        credit_line_total=said["credit_line_total"],
    )
    await run(session, _WRITE, row.id, encode(summary_totals(summary)))
    return summary


def _amounts(text: str) -> dict[str, Decimal]:
    found: dict[str, Any] = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return found


_READ: Final = """
SELECT s.id, s.summary::text, s.totals::text, o.currency_code,
  (SELECT decimal_digits FROM currency WHERE code = o.currency_code) AS decimal_digits
FROM "order" o JOIN order_summary s ON s.order_id = o.id AND s.version = o.version WHERE o.id = $1
"""
_WRITE: Final = "UPDATE order_summary SET summary = $2::jsonb, updated_at = now() WHERE id = $1"
