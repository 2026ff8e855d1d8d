"""A refund of more than the order owes its customer: the excess becomes a credit line (contract section 14)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import one
from kit.decimals import EXACT, ZERO
from operations.credit_order import Credit, credit_order


async def credit_excess(session: AsyncSession, payment: Row[Any], refund_id: str, amount: Decimal) -> None:
    """Write the credit line of a refund that is done and not yet in the order's summary; none when it was owed."""
    row = await one(session, _FACTS, refund_id, payment.order_id)
    if row is None:
        return
    excess = EXACT.subtract(amount, max(ZERO, EXACT.minus(row.pending)))
    if excess <= ZERO:
        return
    reference = row.label or "payment_collection"
    reference_id = payment.collection_id if row.label is None else row.code
    await credit_order(session, Credit(payment.order_id, payment.currency_code, excess, reference, reference_id))


_FACTS: Final = """
SELECT (s.summary ->> 'pending_difference')::numeric AS pending, rr.label, rr.code
FROM "order" o JOIN order_summary s ON s.order_id = o.id AND s.version = o.version
LEFT JOIN refund r ON r.id = $1 LEFT JOIN refund_reason rr ON rr.id = r.refund_reason_id
WHERE o.id = $2
"""
