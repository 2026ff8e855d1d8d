"""The two statuses of an order that are derived, never stored (contract section 14)."""

from __future__ import annotations

from typing import Final

_EPSILON: Final = "(SELECT power(10::numeric, -decimal_digits) FROM currency WHERE code = c.currency_code)"


def _weight(amount: str) -> str:
    """Return 1 when the collection is covered (or asks for nothing), 0.5 when partly, else 0."""
    return f"CASE WHEN c.{amount} >= c.amount - {_EPSILON} THEN 1 WHEN c.{amount} > 0 THEN 0.5 ELSE 0 END"


PAYMENT_STATUS: Final = f"""
  SELECT CASE
    WHEN bool_or(status = 'requires_action') THEN 'requires_action'
    WHEN sum(refunded) > 0 THEN CASE WHEN sum(refunded) = sum(captured) THEN 'refunded' ELSE 'partially_refunded' END
    WHEN sum(captured) > 0 THEN
      CASE WHEN sum(captured) = count(*) FILTER (WHERE alive) THEN 'captured' ELSE 'partially_captured' END
    WHEN sum(authorized) > 0 THEN
      CASE WHEN sum(authorized) = count(*) FILTER (WHERE alive) THEN 'authorized' ELSE 'partially_authorized' END
    WHEN count(*) > 0 AND NOT bool_or(alive) THEN 'canceled'
    WHEN bool_or(status = 'awaiting') THEN 'awaiting'
    ELSE 'not_paid' END
  FROM (
    SELECT c.status, c.status <> 'canceled' AS alive, {_weight("captured_amount")} AS captured,
      CASE WHEN c.refunded_amount > 0 THEN {_weight("refunded_amount")} ELSE 0 END AS refunded,
      CASE c.status WHEN 'authorized' THEN 1 WHEN 'partially_authorized' THEN 0.5 ELSE 0 END AS authorized
    FROM payment_collection c WHERE c.order_id = {{t}}.id AND c.deleted_at IS NULL) weights"""

FULFILLMENT_STATUS: Final = """
  SELECT CASE
    WHEN sum(delivered_quantity) > 0 THEN
      CASE WHEN sum(delivered_quantity) >= sum(quantity) THEN 'delivered' ELSE 'partially_delivered' END
    WHEN sum(shipped_quantity) > 0 THEN
      CASE WHEN sum(shipped_quantity) >= sum(quantity) THEN 'shipped' ELSE 'partially_shipped' END
    WHEN sum(fulfilled_quantity) > 0 THEN
      CASE WHEN sum(fulfilled_quantity) >= sum(quantity) THEN 'fulfilled' ELSE 'partially_fulfilled' END
    ELSE 'not_fulfilled' END
  FROM order_item i WHERE i.order_id = {t}.id AND i.version = {t}.version"""
