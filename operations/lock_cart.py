"""The lock that every cart write takes first (docs/checkout.md rules 1 and 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import one
from kit.errors import BUSY, conflict, invalid_data, not_found
from operations.find_channel import CHANNEL
from operations.find_region import REGION
from operations.hand_over_checkout import hand_over
from operations.load_cart import LoadedCart, OpenAttempt, load_cart
from operations.load_promotions import SAME_CODES, Codes
from operations.outside import NOTHING_TOLD, Told
from operations.take_lock import take_lock


@dataclass(frozen=True, slots=True)
class LockedCart:
    """A cart that nobody else can change until the caller's commit.

    `region` is the one that was asked for, else its own, and `channel` the one that was asked for, as `REGION` and
    `CHANNEL` find them; `account_id` is its customer, unless a guest.
    """

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
    account_id: str | None
    region: str | None
    channel: str | None


async def lock_cart(
    session: AsyncSession, cart_id: str, *, region_id: str | None = None, channel_id: str | None = None
) -> LockedCart:
    """Lock a cart for a write, handing over a checkout that is past its deadline.

    Errors: not_found; invalid_data for a completed cart; conflict while a checkout is running.
    """
    await take_lock(session, cart_id)
    row = await one(session, _READ, cart_id, region_id, channel_id)
    if row is None:
        raise not_found(f"Cart id not found: {cart_id}")
    *columns, is_completed, attempt_id, is_overdue = tuple(row)
    attempt = None if attempt_id is None else OpenAttempt(attempt_id, is_overdue)
    await _free(session, cart_id, attempt, is_completed=is_completed)
    return LockedCart(*columns)


async def lock_and_load(
    session: AsyncSession, cart_id: str, told: Told = NOTHING_TOLD, codes: Codes = SAME_CODES
) -> LoadedCart:
    """Lock a cart as `lock_cart` does and load it as `load_cart` does; errors as both."""
    await take_lock(session, cart_id)
    loaded = await load_cart(session, cart_id, told, codes)
    if await _free(session, cart_id, loaded.attempt, is_completed=loaded.is_completed):
        return await load_cart(session, cart_id, told, codes)  # the uses of promotions that came back count
    return loaded


async def _free(session: AsyncSession, cart_id: str, attempt: OpenAttempt | None, *, is_completed: bool) -> bool:
    """Refuse a cart that cannot be written; tell whether a checkout had to be handed over before it can."""
    if is_completed:
        raise invalid_data(f"Cart {cart_id} is already completed.")
    if attempt is None:
        return False
    if not attempt.is_overdue:
        raise conflict(BUSY)
    return await hand_over(session, attempt.id, run_id=None)


_READ: Final = f"""
SELECT c.id, c.version, c.region_id, c.customer_id, c.sales_channel_id, c.email, c.currency_code, c.locale,
  c.shipping_address_id, c.billing_address_id, c.rounding,
  (SELECT id FROM customer WHERE id = c.customer_id AND has_account) AS account_id,
  ({REGION.format(region_id="coalesce($2, c.region_id)")}) AS region,
  ({CHANNEL.format(channel_id="$3")}) AS channel, c.completed_at IS NOT NULL, a.id, a.deadline < clock_timestamp()
FROM cart c LEFT JOIN checkout_attempt a ON a.cart_id = c.id AND a.state = 'open'
WHERE c.id = $1 AND c.deleted_at IS NULL
"""
