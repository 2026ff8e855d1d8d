"""The end of every cart write: prices, shipping, taxes, promotions, totals, the payment collection, one bulk write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import CartState
from operations.consult_providers import consult
from operations.load_cart import LoadedCart
from operations.price_cart import price_lines, price_methods, total_cart, with_offered
from operations.promote_cart import promote
from operations.save_cart import save_cart
from operations.tax_cart import tax_cart

NOTHING: Final[frozenset[str]] = frozenset()


async def refresh_cart(
    session: AsyncSession,
    loaded: LoadedCart,
    changed: CartState,
    *,
    reprice: frozenset[str] = NOTHING,
    insist: frozenset[str] = NOTHING,
    events: Sequence[str] = ("cart.updated",),
) -> None:
    """Price what `reprice` names, tax, discount, total and save the `changed` cart (contract section 11).

    Errors: invalid_data without a price or for an unknown code; as `consult` for what is insisted on, and `save_cart`.
    """
    fresh = await compute_cart(session, loaded, changed, reprice=reprice, insist=insist)
    await save_cart(session, loaded.state, fresh, total_cart(fresh), events)


async def compute_cart(
    session: AsyncSession,
    loaded: LoadedCart,
    changed: CartState,
    *,
    reprice: frozenset[str] = NOTHING,
    insist: frozenset[str] = NOTHING,
) -> CartState:
    """Return the `changed` cart as it stands today, nothing written; errors as `refresh_cart`."""
    promotions = loaded.promotions
    if promotions is not None:
        promotions.refuse_unknown()
    priced = with_offered(await price_lines(session, changed, reprice), loaded)
    told = await consult(session, loaded, priced, insist)
    cart, _ = promote(tax_cart(priced, told.taxes), promotions)
    if cart.methods:
        repriced = await price_methods(session, cart, total_cart(cart).items.total, told.prices)
        cart, _ = promote(tax_cart(repriced, told.taxes), promotions)
    return replace(cart, answers=told.answers, unconfirmed=told.unconfirmed)
