"""The lock that every cart write takes first (docs/checkout.md rules 1 and 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import one
from kit.errors import conflict, invalid_data, not_found
from operations.hand_over_checkout import hand_over
from operations.take_lock import take_lock

BUSY: Final = "The request conflicted with another request. You may retry the request with the same parameters."


@dataclass(frozen=True, slots=True)
class LockedCart:
    """A cart that nobody else can change until the caller's commit."""

    id: str
    version: int
    region_id: str | None
    customer_id: str | None
    sales_channel_id: str | None
    email: str | None
    currency_code: str
    locale: str | None
    shipping_address_id: str | None
    billing_address_id: str | None
    rounding: str


async def lock_cart(session: AsyncSession, cart_id: str) -> LockedCart:
    """Lock a cart for a write, handing over a checkout that is past its deadline.

    Errors: not_found; invalid_data for a completed cart; conflict while a checkout is running.
    """
    await take_lock(session, cart_id)
    row = await one(session, _READ, cart_id)
    if row is None:
        raise not_found(f"Cart id not found: {cart_id}")
    *columns, completed_at, attempt_id, is_overdue = tuple(row)
    if completed_at is not None:
        raise invalid_data(f"Cart {cart_id} is already completed.")
    if attempt_id is not None:
        if not is_overdue:
            raise conflict(BUSY)
        await hand_over(session, attempt_id, run_id=None)
    return LockedCart(*columns)


_READ: Final = """
SELECT c.id, c.version, c.region_id, c.customer_id, c.sales_channel_id, c.email, c.currency_code, c.locale,
  c.shipping_address_id, c.billing_address_id, c.rounding, c.completed_at,
  a.id, a.deadline < clock_timestamp()
FROM cart c LEFT JOIN checkout_attempt a ON a.cart_id = c.id AND a.state = 'open'
WHERE c.id = $1 AND c.deleted_at IS NULL
"""
