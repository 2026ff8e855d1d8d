"""What must be true of the database once everything has settled: each statement returns a sentence per violation."""

from __future__ import annotations

from typing import Final

# Nobody is buying any more, so what was left half-created is as old as the sweep wants it to be.
AGED: Final = (
    "UPDATE payment_session SET created_at = created_at - interval '1 minute' WHERE fate = 'creating'",
    "UPDATE delivery SET updated_at = updated_at - interval '20 minutes' WHERE status = 'pending'",
)

UNFINISHED: Final = {
    "an attempt is unfinished": """
        SELECT format('%s of cart %s is %s, its deadline was %s ago', id, cart_id, state, clock_timestamp() - deadline)
        FROM checkout_attempt WHERE state IN ('open', 'handed_over')""",
    "a session is unfinished": """
        SELECT format('%s is %s (%s, %s)', id, fate, status, coalesce(attention, 'no attention'))
        FROM payment_session WHERE fate IN ('creating', 'superseded', 'releasing')""",
    "a capture or refund is pending": """
        SELECT format('%s of %s: key %s, %s', id, payment_id, key_number, coalesce(attention, 'no attention'))
        FROM (SELECT id, payment_id, key_number, attention, state FROM capture
          UNION ALL SELECT id, payment_id, key_number, attention, state FROM refund) m WHERE state = 'pending'""",
    "a payment is being canceled": """
        SELECT format('%s (%s)', id, coalesce(attention, 'no attention')) FROM payment
        WHERE canceling_at IS NOT NULL AND canceled_at IS NULL""",
    "an order.placed was not heard": """
        SELECT format('%s of %s (%s, %s)', e.id, e.data ->> 'id', e.status, coalesce(d.status, 'no delivery'))
        FROM outbox_event e LEFT JOIN delivery d ON d.event_id = e.id AND d.subscriber = 'faults-listener'
        WHERE e.name = 'order.placed' AND d.status IS DISTINCT FROM 'delivered'""",
    "an outbox row is pending": """
        SELECT format('%s %s %s', id, name, data) FROM outbox_event WHERE status = 'pending'""",
}

# What a provider has of a payment `p`: all of it, or once it is canceled what was taken, less what went back.
THERE: Final = """
  CASE WHEN p.canceled_at IS NULL THEN p.amount
    ELSE (SELECT coalesce(sum(amount), 0) FROM capture WHERE payment_id = p.id AND state = 'done') END
  - (SELECT coalesce(sum(amount), 0) FROM refund WHERE payment_id = p.id AND state = 'done')"""

JUDGEMENTS: Final = {
    "a cart has more than one order": """
        SELECT format('%s: %s', cart_id, string_agg(id, ', ')) FROM "order" GROUP BY cart_id HAVING count(*) > 1""",
    "cart and order disagree about the end": """
        SELECT format('%s completed %s, order %s', c.id, c.completed_at, o.id)
        FROM cart c LEFT JOIN "order" o ON o.cart_id = c.id
        WHERE (c.completed_at IS NULL) <> (o.id IS NULL)""",
    "an order has no placed attempt, or several": """
        SELECT format('%s of %s has %s', o.id, o.cart_id, count(a.id))
        FROM "order" o LEFT JOIN checkout_attempt a ON a.cart_id = o.cart_id AND a.state = 'placed'
          AND a.planned_order_id = o.id
        GROUP BY o.id, o.cart_id HAVING count(a.id) <> 1""",
    "an attempt was placed without its order": """
        SELECT format('%s of %s', a.id, a.cart_id) FROM checkout_attempt a
        WHERE a.state = 'placed' AND NOT EXISTS (SELECT FROM "order" o WHERE o.id = a.planned_order_id)""",
    "an order has not exactly one paying session": """
        SELECT format('%s (cart %s) has %s', o.id, o.cart_id, count(s.id))
        FROM "order" o LEFT JOIN payment_session s ON s.order_id = o.id AND s.fate = 'consumed'
        GROUP BY o.id, o.cart_id HAVING count(s.id) <> 1""",
    "a session names an order that is not there": """
        SELECT format('%s names %s', s.id, s.order_id) FROM payment_session s
        WHERE s.order_id IS NOT NULL AND NOT EXISTS (SELECT FROM "order" o WHERE o.id = s.order_id)""",
    "an order's total is not what its session pays": """
        SELECT format('%s: total %s, session %s', o.id, m.totals ->> 'total', s.amount)
        FROM "order" o JOIN order_summary m ON m.order_id = o.id AND m.version = o.version
        JOIN payment_session s ON s.order_id = o.id
        WHERE (m.totals ->> 'total')::numeric + (
          SELECT coalesce(sum(amount), 0) FROM order_credit_line WHERE order_id = o.id) <> s.amount""",
    "a collection or summary is not what was taken and given back": """
        SELECT format('%s: taken %s, given back %s; collection %s and %s, summary %s', o.id, m.taken, m.given,
          c.captured_amount, c.refunded_amount, y.summary)
        FROM "order" o JOIN payment_collection c ON c.order_id = o.id
        JOIN order_summary y ON y.order_id = o.id AND y.version = o.version
        CROSS JOIN LATERAL (SELECT
          (SELECT coalesce(sum(k.amount), 0) FROM capture k JOIN payment p ON p.id = k.payment_id
            WHERE p.payment_collection_id = c.id AND k.state = 'done') AS taken,
          (SELECT coalesce(sum(k.amount), 0) FROM refund k JOIN payment p ON p.id = k.payment_id
            WHERE p.payment_collection_id = c.id AND k.state = 'done') AS given) m
        WHERE c.captured_amount <> m.taken OR c.refunded_amount <> m.given
          OR (y.summary ->> 'paid_total')::numeric <> m.taken
          OR (y.summary ->> 'refunded_total')::numeric <> m.given""",
    "an order's payment is missing, doubled or of another amount": """
        SELECT format('%s: session %s of %s, payments %s', o.id, s.id, s.amount, array_agg(p.amount))
        FROM "order" o JOIN payment_session s ON s.order_id = o.id
        LEFT JOIN payment p ON p.payment_session_id = s.id
        WHERE s.status <> 'pending_authorization'
        GROUP BY o.id, s.id HAVING count(p.id) <> 1 OR max(p.amount) <> s.amount""",
    "a payment has no order": """
        SELECT format('%s of session %s (%s)', p.id, s.id, s.fate)
        FROM payment p JOIN payment_session s ON s.id = p.payment_session_id WHERE s.order_id IS NULL""",
    "a line is not reserved as it was sold": """
        SELECT format('%s of %s: sold %s, reserved %s', i.item_id, i.order_id, i.quantity * v.required_quantity, r.sum)
        FROM order_item i JOIN order_line_item l ON l.id = i.item_id
        JOIN product_variant p ON p.id = l.variant_id AND p.manage_inventory
        JOIN product_variant_inventory_item v ON v.variant_id = p.id
        CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS sum FROM reservation_item r
          WHERE r.line_item_id = i.item_id AND r.inventory_item_id = v.inventory_item_id AND r.deleted_at IS NULL) r
        WHERE r.sum <> i.quantity * v.required_quantity""",
    "a reservation belongs to no order": """
        SELECT format('%s of %s for line %s', r.quantity, r.inventory_item_id, r.line_item_id)
        FROM reservation_item r WHERE r.deleted_at IS NULL
          AND NOT EXISTS (SELECT FROM order_item i WHERE i.item_id = r.line_item_id)""",
    "a level's reserved quantity is not the sum of its reservations": """
        SELECT format('%s: %s, reservations %s', l.id, l.reserved_quantity, r.sum)
        FROM inventory_level l
        CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS sum FROM reservation_item r
          WHERE r.inventory_item_id = l.inventory_item_id AND r.location_id = l.location_id AND r.deleted_at IS NULL) r
        WHERE l.reserved_quantity <> r.sum""",
    "more was sold than there is": """
        SELECT format('%s: %s of %s', id, reserved_quantity, stocked_quantity)
        FROM inventory_level WHERE reserved_quantity - backordered_quantity > stocked_quantity""",
    "an order has not exactly one order.placed": """
        SELECT format('%s has %s', o.id, count(e.id))
        FROM "order" o LEFT JOIN outbox_event e ON e.name = 'order.placed' AND e.data ->> 'id' = o.id
        GROUP BY o.id HAVING count(e.id) <> 1""",
    "an order.placed has no order": """
        SELECT format('%s names %s', e.id, e.data ->> 'id') FROM outbox_event e WHERE e.name = 'order.placed'
          AND NOT EXISTS (SELECT FROM "order" o WHERE o.id = e.data ->> 'id')""",
    "a released session is not even in the ledger": """
        SELECT format('%s (%s): %s at %s', s.id, s.fate, sum(x.amount), x.account)
        FROM payment_session s JOIN ledger_entry e ON e.payment_session_id = s.id
        CROSS JOIN LATERAL (VALUES (e.debit, e.amount), (e.credit, -e.amount)) AS x(account, amount)
        WHERE s.order_id IS NULL AND x.account IN ('held', 'captured')
        GROUP BY s.id, s.fate, x.account HAVING sum(x.amount) <> 0""",
    "an order's money is not in the ledger as its payment says": """
        SELECT format('%s: payment %s, ledger %s', o.id, m.there, l.sum)
        FROM "order" o JOIN payment_session s ON s.order_id = o.id JOIN payment p ON p.payment_session_id = s.id
        CROSS JOIN LATERAL (SELECT coalesce(sum(CASE WHEN debit IN ('held', 'captured', 'fees') THEN amount ELSE 0 END)
            - sum(CASE WHEN credit IN ('held', 'captured', 'fees') THEN amount ELSE 0 END), 0) AS sum
          FROM ledger_entry e WHERE e.order_id = o.id) l
        CROSS JOIN LATERAL (SELECT %(there)s AS there) m
        WHERE l.sum <> m.there""".replace("%(there)s", THERE),
}

MONEY_OF_SESSIONS: Final = """
SELECT s.id, coalesce(sum(e.amount) FILTER (WHERE e.debit = 'held'), 0) AS authorised,
  coalesce(sum(e.amount) FILTER (WHERE e.debit = 'captured'), 0) AS captured,
  coalesce(sum(e.amount) FILTER (WHERE e.debit = 'shopper' AND e.credit = 'held'), 0) AS voided,
  coalesce(sum(e.amount) FILTER (WHERE e.debit = 'shopper' AND e.credit = 'captured'), 0) AS refunded
FROM payment_session s LEFT JOIN ledger_entry e ON e.payment_session_id = s.id
WHERE s.provider_id LIKE 'pp_sandbox_%' GROUP BY s.id"""

ORDERS: Final = """
SELECT o.id, o.cart_id, s.id AS session_id, CASE WHEN p.id IS NULL THEN s.amount ELSE %(there)s END AS amount, s.status,
  s.provider_id
FROM "order" o LEFT JOIN payment_session s ON s.order_id = o.id LEFT JOIN payment p ON p.payment_session_id = s.id
""".replace("%(there)s", THERE)
