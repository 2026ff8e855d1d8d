"""Payment collections that an admin makes for an order, beside the one of its cart (contract section 14)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.payment.models import CollectionStatus, PaymentCollection
from kit.db import one, run, save, value
from kit.decimals import ZERO, rho, to_number
from kit.errors import BUSY, conflict, invalid_data, not_allowed, not_found
from kit.ids import new_id
from kit.money import Currency
from kit.outbox import tell
from operations.derive_summary import derive_summary
from operations.record_payment import Paid, consume_session, record_payment
from operations.supersede_session import supersede_session
from operations.take_lock import take_lock

BY_HAND: Final = "pp_system_default"


async def create_order_collection(session: AsyncSession, order_id: str, amount: Decimal) -> str:
    """Make another collection of `amount`, which is not held against what the order owes, and return its id.

    Errors: `not_found`; `invalid_data` for an amount that the order's currency cannot express.
    """
    order = await money_of_order(session, order_id)
    unit = Currency(order.currency_code, order.decimal_digits).unit
    if amount <= ZERO or (order.rounding != "none" and rho(amount, unit) != amount):
        raise invalid_data(f"{to_number(amount)} {order.currency_code} is not an amount to be paid")
    row = PaymentCollection(currency_code=order.currency_code, amount=amount, order_id=order_id)
    await save(session, row)
    return row.id


async def mark_as_paid(session: AsyncSession, collection_id: str, order_id: str, provider_id: str | None) -> str:
    """Record that a collection was paid elsewhere, as a session, payment and capture of the built-in provider.

    Errors: `not_found`; `not_allowed` unless the collection is `not_paid`; `invalid_data` for a provider that moves
    money itself.
    """
    if provider_id not in {None, BY_HAND}:
        raise invalid_data(f"Only {BY_HAND} can be marked as paid: {provider_id} takes the money itself.")
    await run(session, 'SELECT FROM "order" WHERE id = $1 FOR NO KEY UPDATE', order_id)
    row = await lock_collection(session, collection_id)
    if row.order_id != order_id:
        raise not_found(f"Payment collection with id: {collection_id} was not found")
    if row.status != CollectionStatus.NOT_PAID:
        raise not_allowed("Can only mark 'not_paid' payment collection as paid")
    await supersede_session(session, collection_id)
    session_id = new_id("payses")
    await run(session, _SESSION, session_id, collection_id, BY_HAND, row.amount, row.currency_code)
    word = Paid("authorized", captured=row.amount)
    await consume_session(session, session_id, order_id, row.amount, word)
    payment_id = await record_payment(session, session_id, order_id, word)
    await derive_summary(session, order_id)
    await tell(session, "payment.captured", payment_id)
    return collection_id


async def delete_collection(session: AsyncSession, collection_id: str) -> str:
    """Soft-delete a collection for which nothing was paid yet; what its session may hold is let go.

    Errors: `not_found`, `not_allowed` unless it is `not_paid`, `conflict` while a checkout is running on it, or has
    left its money to be asked about: whoever decides about that finds the cart by its collection.
    """
    row = await lock_collection(session, collection_id)
    if row.status != CollectionStatus.NOT_PAID:
        raise not_allowed("Can only delete payment collections where status is not_paid")
    if await value(session, _UNDECIDED, collection_id):
        raise conflict(BUSY)
    await supersede_session(session, collection_id)
    await run(session, _DELETE, collection_id)
    return collection_id


async def money_of_order(session: AsyncSession, order_id: str) -> Row[Any]:
    """Return what an order's money is: currency, its digits, rounding, region. Errors: `not_found`."""
    order = await one(session, _ORDER, order_id)
    if order is None:
        raise not_found(f"Order id not found: {order_id}")
    return order


async def lock_collection(session: AsyncSession, collection_id: str) -> Row[Any]:
    """Lock the collection, and before it its cart if it is a cart's. Errors: `not_found`."""
    found = await one(session, _COLLECTION, collection_id)
    if found is not None and found.cart_id is not None:
        await take_lock(session, found.cart_id)
    await run(session, "SELECT FROM payment_collection WHERE id = $1 FOR NO KEY UPDATE", collection_id)
    row = await one(session, _COLLECTION, collection_id)
    if row is None:
        raise not_found(f"Payment collection with id: {collection_id} was not found")
    return row


_ORDER: Final = """
SELECT id, currency_code, rounding, region_id,
  (SELECT decimal_digits FROM currency WHERE code = currency_code) AS decimal_digits
FROM "order" WHERE id = $1 AND deleted_at IS NULL
"""
_COLLECTION: Final = """
SELECT id, status, amount, currency_code, order_id, cart_id FROM payment_collection
WHERE id = $1 AND deleted_at IS NULL
"""
_SESSION: Final = """
INSERT INTO payment_session
  (id, payment_collection_id, provider_id, amount, currency_code, data, metadata, status, fate, provider_reference)
VALUES ($1, $2, $3, $4, $5, '{}', '{}', 'pending', 'open', $1)
"""
_UNDECIDED: Final = """
SELECT EXISTS (SELECT FROM checkout_attempt a JOIN payment_session s ON s.id = a.session_id
  WHERE s.payment_collection_id = $1 AND a.state = 'handed_over')
"""
# The cart may get another one, so its unique place is given back.
_DELETE: Final = """
UPDATE payment_collection SET deleted_at = now(), updated_at = now(), cart_id = NULL WHERE id = $1
"""
