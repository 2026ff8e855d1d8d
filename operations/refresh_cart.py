"""The end of every cart write: prices, shipping, taxes, totals, the payment collection, one bulk write."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import CartState
from commerce.totals.results import TotalsResult
from operations.load_cart import LoadedCart
from operations.price_cart import price_lines, price_methods, published_total, tax_cart, total_cart
from operations.save_cart import save_cart
from operations.supersede_session import supersede_session


async def refresh_cart(
    session: AsyncSession,
    loaded: LoadedCart,
    changed: CartState,
    *,
    reprice: frozenset[str] = frozenset(),
    events: Sequence[str] = ("cart.updated",),
) -> None:
    """Price what `reprice` names, tax, total and save the `changed` cart (contract section 11).

    When the total or the currency changes, the open payment session is superseded in the same commit, so that no
    session can pay another amount than the cart's. Errors: invalid_data without a price; conflict as
    `supersede_session` says.
    """
    priced = await price_lines(session, changed, reprice)
    taxed = tax_cart(priced, loaded.rates)
    if taxed.methods:
        repriced = await price_methods(session, taxed, total_cart(taxed).items.total, loaded)
        taxed = tax_cart(repriced, loaded.rates)
    result = total_cart(taxed)
    await _settle_collection(session, taxed, result)
    await save_cart(session, loaded.state, taxed, result, events)


async def _settle_collection(session: AsyncSession, cart: CartState, result: TotalsResult) -> None:
    collection = cart.collection
    if collection is None or not collection.has_session:
        return
    if collection.amount != published_total(result) or collection.currency_code != cart.currency_code:
        await supersede_session(session, collection.id)
