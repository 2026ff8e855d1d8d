"""Whether what the shopper is about to pay is still what the cart costs."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import CartState
from kit.decimals import NEGLIGIBLE
from operations.load_cart import load_cart
from operations.price_cart import total_cart
from operations.refresh_cart import compute_cart, refresh_cart


async def recheck_cart(session: AsyncSession, cart_id: str) -> bool:
    """Price the locked cart anew; False, the refreshed cart saved, when what is paid for changed (promise 5).

    That is its total, its shipping, or its promotions: two that take the same are still not one another.

    The caller refuses the checkout but commits, so that the shopper sees the new total and can pay it. Errors:
    NeedsError when a provider has to be asked first.
    """
    loaded = await load_cart(session, cart_id)
    before = loaded.state
    everything = frozenset(line.id for line in before.lines)
    fresh = await compute_cart(session, loaded, before, reprice=everything)
    if costs_the_same(before, fresh):
        return True
    await refresh_cart(session, loaded, before, reprice=everything)
    return False


def costs_the_same(before: CartState, fresh: CartState) -> bool:
    """Tell whether the cart's total, its shipping and its promotions are what they were."""
    is_same_shipping = [method.id for method in fresh.methods] == [method.id for method in before.methods]
    # Without rounding a stored discount has 20 digits of the calculator's 100.
    is_same_total = abs(total_cart(fresh).total - total_cart(before).total) <= NEGLIGIBLE
    is_same_promotions = set(fresh.promotion_ids) == set(before.promotion_ids)
    return is_same_shipping and is_same_total and is_same_promotions
