"""The end of every cart write: prices, shipping, taxes, promotions, totals, the payment collection, one bulk write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import CartState
from commerce.totals.results import TotalsResult
from operations.consult_providers import consult
from operations.load_cart import LoadedCart
from operations.load_promotions import SAME_CODES, Codes, LoadedPromotions, load_promotions
from operations.price_cart import price_lines, price_methods, published_total, total_cart, with_offered
from operations.promote_cart import promote
from operations.save_cart import save_cart
from operations.supersede_session import supersede_session
from operations.tax_cart import tax_cart

NOTHING: Final[frozenset[str]] = frozenset()


async def refresh_cart(
    session: AsyncSession,
    loaded: LoadedCart,
    changed: CartState,
    *,
    reprice: frozenset[str] = NOTHING,
    codes: Codes = SAME_CODES,
    insist: frozenset[str] = NOTHING,
    events: Sequence[str] = ("cart.updated",),
) -> None:
    """Price what `reprice` names, tax, discount, total and save the `changed` cart (contract section 11).

    When the total or the currency changes, the open payment session is superseded in the same commit, so that no
    session can pay another amount than the cart's. Errors: invalid_data without a price or for an unknown code;
    conflict as `supersede_session` says; as `consult` for what is insisted on.
    """
    fresh = await compute_cart(session, loaded, changed, reprice=reprice, codes=codes, insist=insist)
    result = total_cart(fresh)
    await _settle_collection(session, fresh, result)
    await save_cart(session, loaded.state, fresh, result, events)


async def compute_cart(
    session: AsyncSession,
    loaded: LoadedCart,
    changed: CartState,
    *,
    reprice: frozenset[str] = NOTHING,
    codes: Codes = SAME_CODES,
    insist: frozenset[str] = NOTHING,
) -> CartState:
    """Return the `changed` cart as it stands today, nothing written; errors as `refresh_cart`."""
    priced = with_offered(await price_lines(session, changed, reprice), loaded)
    told = await consult(session, loaded, priced, insist)
    promotions = await _promotions(session, loaded, priced, codes)
    cart, _ = promote(tax_cart(priced, told.taxes), promotions)
    if cart.methods:
        repriced = await price_methods(session, cart, total_cart(cart).items.total, told.prices)
        cart, _ = promote(tax_cart(repriced, told.taxes), promotions)
    return replace(cart, answers=told.answers, unconfirmed=told.unconfirmed)


async def _promotions(
    session: AsyncSession, loaded: LoadedCart, cart: CartState, codes: Codes
) -> LoadedPromotions | None:
    """Return the promotions of the cart, None without a statement when there can be none."""
    if not loaded.has_automatic and not cart.promotion_ids and not codes.named:
        return None
    return await load_promotions(session, cart, codes)


async def _settle_collection(session: AsyncSession, cart: CartState, result: TotalsResult) -> None:
    collection = cart.collection
    if collection is None or not collection.has_session:
        return
    if collection.amount != published_total(result) or collection.currency_code != cart.currency_code:
        await supersede_session(session, collection.id)
