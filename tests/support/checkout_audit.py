"""What must be true of every shop when its checkouts have come to rest; each sentence is one that failed would cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from kit.db import Database, run
from tests.support.fake_payments import FakePayments

QUERIES = {
    "an attempt is left open or handed over": """
        SELECT id, state FROM checkout_attempt WHERE state IN ('open', 'handed_over')""",
    "a session is left between two states": """
        SELECT id, fate FROM payment_session WHERE fate IN ('creating', 'superseded', 'releasing')""",
    "a cart is completed without an order, or has an order and is not completed": """
        SELECT c.id FROM cart c FULL JOIN "order" o ON o.cart_id = c.id
        WHERE (c.completed_at IS NULL) <> (o.id IS NULL)""",
    "a cart has two orders": """
        SELECT cart_id FROM "order" WHERE cart_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1""",
    "an order was announced not exactly once": """
        SELECT o.id FROM "order" o
        WHERE (SELECT count(*) FROM outbox_event e WHERE e.name = 'order.placed' AND e.data ->> 'id' = o.id) <> 1""",
    "an announced order does not exist": """
        SELECT e.id FROM outbox_event e WHERE e.name = 'order.placed'
        AND NOT EXISTS (SELECT FROM "order" o WHERE o.id = e.data ->> 'id')""",
    "reserved is not the sum of the reservations": """
        SELECT l.id, l.reserved_quantity, r.quantity FROM inventory_level l LEFT JOIN (
          SELECT inventory_item_id, location_id, sum(quantity) AS quantity, sum(backordered_quantity) AS backordered
          FROM reservation_item GROUP BY 1, 2) r USING (inventory_item_id, location_id)
        WHERE l.reserved_quantity <> coalesce(r.quantity, 0) OR l.backordered_quantity <> coalesce(r.backordered, 0)""",
    "a reservation belongs to no order line": """
        SELECT r.id FROM reservation_item r
        WHERE NOT EXISTS (SELECT FROM order_item i WHERE i.item_id = r.line_item_id)""",
    "an order line lacks a reservation": """
        SELECT i.id FROM order_item i JOIN order_line_item l ON l.id = i.item_id
        JOIN product_variant v ON v.id = l.variant_id AND v.manage_inventory
        JOIN product_variant_inventory_item vi ON vi.variant_id = v.id
        WHERE NOT EXISTS (SELECT FROM reservation_item r WHERE r.line_item_id = l.id
          AND r.inventory_item_id = vi.inventory_item_id AND r.quantity = i.quantity * vi.required_quantity)""",
    "less than nothing is reserved": """
        SELECT id FROM inventory_level WHERE reserved_quantity < 0 OR backordered_quantity < 0""",
    "more was sold than there is": """
        SELECT id FROM inventory_level
        WHERE reserved_quantity - backordered_quantity > greatest(stocked_quantity, 0)""",
    "an order does not cost what was paid for it": """
        SELECT o.id, s.amount, m.totals ->> 'total' FROM "order" o
        JOIN order_summary m ON m.order_id = o.id LEFT JOIN payment_session s ON s.order_id = o.id
        WHERE coalesce(s.amount, 0) <> (m.totals ->> 'total')::numeric""",
    "two sessions paid for one order": """
        SELECT order_id FROM payment_session WHERE order_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1""",
    "the ledger of an order is not what its session brought": """
        SELECT s.id FROM payment_session s WHERE s.fate = 'consumed' AND s.amount <> (
          SELECT coalesce(sum(amount), 0) FROM ledger_entry e WHERE e.payment_session_id = s.id AND debit = 'held')""",
    "the ledger still holds money of a session without an order": """
        SELECT payment_session_id FROM ledger_entry WHERE order_id IS NULL GROUP BY 1
        HAVING sum(CASE WHEN credit = 'shopper' THEN amount WHEN debit = 'shopper' THEN -amount ELSE 0 END) <> 0""",
    "a transaction is neither a capture's nor a refund's nor a dispute's": """
        SELECT t.id FROM order_transaction t WHERE split_part(t.reference_id, ':', 1) NOT IN (
          SELECT id FROM capture UNION ALL SELECT id FROM refund UNION ALL SELECT id FROM payment_dispute)""",
}


async def audit(database: Database, providers: Iterable[FakePayments]) -> list[str]:
    """Return everything that is wrong, in words; without providers only what our own rows say."""
    wrong: list[str] = []
    async with database.reading() as connection:
        for sentence, query in QUERIES.items():
            wrong += [f"{sentence}: {tuple(row)}" for row in await run(connection, query)]
        sessions = await run(
            connection,
            "SELECT s.id, s.fate, s.order_id, s.amount, (SELECT sum(amount) FROM payment p "
            "WHERE p.payment_session_id = s.id) AS paid, (SELECT coalesce(sum(amount), 0) FROM ledger_entry e "
            "WHERE e.payment_session_id = s.id AND e.order_id IS NULL AND debit = 'shopper') AS given_back "
            "FROM payment_session s",
        )
    providers = list(providers)
    money = {id_: intent for provider in providers for id_, intent in provider.intents.items()}
    for row in sessions:
        held = money[row.id].money if row.id in money else Decimal(0)
        if held and (row.fate != "consumed" or row.order_id is None):
            wrong.append(f"{held} is held for a session that is {row.fate}: {row.id}")
        if row.fate == "consumed" and (row.paid != row.amount or (providers and held != row.amount)):
            wrong.append(
                f"an order's session holds {held}, its payment says {row.paid}, it costs {row.amount}: {row.id}"
            )
        if row.id in money and money[row.id].voided + money[row.id].refunded != row.given_back:
            wrong.append(f"the ledger gave back {row.given_back}, the provider {money[row.id]}: {row.id}")
    unknown = set(money) - {row.id for row in sessions}
    wrong += [f"the provider knows a session that we do not: {id_}" for id_ in unknown if money[id_].money]
    return wrong


async def audit_answers(database: Database, answers: Mapping[str, set[str]]) -> list[str]:
    """Return what is wrong with the orders that shoppers were told of, by cart."""
    async with database.reading() as connection:
        rows = await run(connection, 'SELECT cart_id, id FROM "order"')
    orders = {row.cart_id: row.id for row in rows}
    return [
        f"shoppers of {cart_id} were told of {told}, its order is {orders.get(cart_id)}"
        for cart_id, told in answers.items()
        if told - {orders.get(cart_id)}
    ]
