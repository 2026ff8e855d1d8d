"""Where the prices of a cart's lines and shipping methods come from, in words; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import CartState, Line, Method
from commerce.pricing.explain import PriceFacts, price_sentences
from kit.decimals import to_number
from operations.price_cart import price_context
from queries.explained import CartWords, price_facts
from queries.prices import ChosenPrice, PriceQuery, SelectedPrice, select_prices, select_shipping_prices

OWN: Final = "a price of its own, set by hand"


async def price_words(
    session: AsyncSession, state: CartState, words: CartWords, item_total: Decimal
) -> dict[str, tuple[str, ...]]:
    """Return, by the id of each line and method, which price it has as priced today (contract section 8).

    The same selection as a cart write's is asked; where its answer is not what the cart holds, that is said first.
    """
    lines = [line for line in state.lines if line.variant_id and not line.is_custom_price]
    methods = [
        method
        for method in state.methods
        if method.shipping_option_id and not method.is_custom_amount and not _provider(method, words)
    ]
    queries = [PriceQuery(str(line.variant_id), line.quantity) for line in lines]
    of_lines = await select_prices(session, queries, price_context(state))
    options = [PriceQuery(str(method.shipping_option_id)) for method in methods]
    of_methods = await select_shipping_prices(session, options, price_context(state, item_total))
    chosen = [*of_lines, *of_methods]
    ids = {price.price_id for each in chosen for price in (each.calculated, each.original) if price}
    facts = await price_facts(session, ids)
    held: list[Line | Method] = [*lines, *methods]
    found = {thing.id: tuple(_sentences(thing, price, facts, words)) for thing, price in zip(held, chosen, strict=True)}
    things: list[Line | Method] = [*state.lines, *state.methods]
    return {thing.id: found.get(thing.id) or (_other(thing, words),) for thing in things}


def _sentences(
    thing: Line | Method, today: SelectedPrice, facts: Mapping[str, PriceFacts], words: CartWords
) -> Iterator[str]:
    if today.calculated is None:
        yield "priced before; as priced today there is no price for it"
        return
    held = thing.unit_price if isinstance(thing, Line) else thing.amount
    is_same = (held, thing.is_tax_inclusive) == (today.calculated.amount, today.is_tax_inclusive)
    original = facts[today.original.price_id] if today.original else None
    first, *rest = price_sentences(facts[today.calculated.price_id], original, words.preferences)
    yield (
        f"as priced today: {first}"
        if is_same
        else f"priced before; as priced today it would be {_amount(today.calculated)}: {first}"
    )
    yield from rest


def _amount(price: ChosenPrice) -> str:
    return f"{to_number(price.amount)} {'with' if price.is_tax_inclusive else 'without'} tax"


def _other(thing: Line | Method, words: CartWords) -> str:
    if isinstance(thing, Method) and (provider := _provider(thing, words)):
        return f"calculated for this cart by the provider {provider}"
    return OWN


def _provider(method: Method, words: CartWords) -> str | None:
    return words.calculated.get(method.shipping_option_id or "")
