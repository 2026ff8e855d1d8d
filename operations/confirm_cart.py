"""Let a cart's prices of shipping and taxes be confirmed by their providers before it is paid (docs/adr/0010)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from operations.lock_cart import lock_and_load
from operations.outside import NOTHING_TOLD, Told
from operations.recheck_cart import costs_the_same
from operations.refresh_cart import compute_cart, refresh_cart


async def confirm_cart(session: AsyncSession, cart_id: str, told: Told = NOTHING_TOLD) -> bool:
    """Price the cart anew with what providers say; False, the refreshed cart saved, when it costs something else.

    When a provider is not heard nothing is written: a shopper who has paid would lose their session to an outage.
    Errors: not_found; invalid_data for a completed cart; conflict while a checkout is running; NeedsError.
    """
    loaded = await lock_and_load(session, cart_id, told)
    before = loaded.state
    everything = frozenset(line.id for line in before.lines)
    fresh = await compute_cart(session, loaded, before, reprice=everything)
    if fresh.unconfirmed:
        return True
    is_same = costs_the_same(before, fresh)
    await refresh_cart(session, loaded, before, reprice=everything, events=() if is_same else ("cart.updated",))
    return is_same
