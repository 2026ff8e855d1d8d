"""The `summary` of an order: what it costs, what was paid, what is pending (contract section 15)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from kit.decimals import EXACT, ZERO
from kit.money import Currency


class Summary(NamedTuple):
    """An order's `summary`; `pending_difference` above 0: the customer owes, below 0: the merchant owes."""

    paid_total: Decimal
    refunded_total: Decimal
    accounting_total: Decimal
    credit_line_total: Decimal
    transaction_total: Decimal
    pending_difference: Decimal
    current_order_total: Decimal
    original_order_total: Decimal


def summarise(
    currency: Currency,
    total: Decimal,
    *,
    previous_total: Decimal | None = None,
    paid_total: Decimal = ZERO,
    refunded_total: Decimal = ZERO,
    return_requested_total: Decimal = ZERO,
    credit_line_total: Decimal = ZERO,
) -> Summary:
    """Return the summary of an order whose total is `total` (contract section 15).

    `previous_total` is the total before the last change (the same for a new order), `credit_line_total` the credit
    lines that this version added, `paid_total` and `refunded_total` the sums of the positive and of the negative
    transactions, both as positive numbers. A pending difference below one minor unit is 0.
    """
    transactions = EXACT.subtract(paid_total, refunded_total)
    pending = EXACT.subtract(EXACT.subtract(total, return_requested_total), transactions)
    return Summary(
        paid_total=paid_total,
        refunded_total=refunded_total,
        accounting_total=total,
        credit_line_total=credit_line_total,
        transaction_total=transactions,
        pending_difference=pending if abs(pending) >= currency.unit else ZERO,
        current_order_total=total,
        original_order_total=total if previous_total is None else previous_total,
    )
