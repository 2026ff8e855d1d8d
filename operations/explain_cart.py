"""Tell how a cart came to its total: a receipt in words, for support staff (`euryale explain-cart`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.cart.rows import CartState
from commerce.totals.explain import Sources, explain
from kit.db import run
from kit.errors import not_found
from operations.explain_codes import code_words
from operations.explain_prices import price_words
from operations.explain_taxes import tax_words
from operations.load_cart import load_cart
from operations.load_promotions import Codes
from operations.price_cart import total_cart, totals_input
from queries.explained import CartWords, cart_of_order, cart_words, names_of

_ID: Final = re.compile(r"\b[a-z]+_[0-9A-HJKMNP-TV-Z]{26}\b")


async def explain_cart(session: AsyncSession, id_: str, codes: Sequence[str] = ()) -> str:
    """Return the explanation of a cart, or of the cart that became an order; `codes` are explained too.

    Changes nothing: the transaction is read only, and sees one moment. Errors: not_found.
    """
    await run(session, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    cart_id = await cart_of_order(session, id_) if id_.startswith("order_") else id_
    if cart_id is None:
        raise not_found(f"Order with id: {id_} was not found")
    loaded = await load_cart(session, cart_id, codes=Codes(add=tuple(codes)))
    state = loaded.state
    words = await cart_words(session, cart_id)
    result = total_cart(state)
    promotions = code_words(loaded, result, codes, is_completed=words.completed_at is not None)
    sources = Sources(
        heading=tuple(_heading(state, words)),
        titles=words.titles,
        prices=await price_words(session, state, words, result.items.total),
        taxes=tax_words(loaded),
        promotions=promotions.promotions,
        codes=promotions.codes,
    )
    return explain(totals_input(state), result, await _named(session, sources))


def _heading(state: CartState, words: CartWords) -> Iterator[str]:
    order = words.order
    yield f"Cart {state.id}"
    if order is not None:
        yield f"became order #{order.display_id} ({order.id}) on {order.created_at.date()}"
    yield f"region {words.region or 'none'}"
    address = state.shipping_address
    places = [address.country_code, address.province, address.city, address.postal_code] if address else []
    yield f"ships to {', '.join(place for place in places if place) or 'nowhere yet'}"
    kind = "customer" if words.has_account else "guest"
    groups = f", in {', '.join(state.customer_groups)}" if state.customer_groups else ""
    yield f"for {kind} {state.email}{groups}" if state.email else "for nobody known yet"
    if state.unconfirmed:
        yield f"not confirmed by the providers that know it: {', '.join(state.unconfirmed)}"


async def _named(session: AsyncSession, sources: Sources) -> Sources:
    """Return the sources with the name beside each id that has one."""
    texts = [*sources.heading, *_all(sources.prices.values()), *sources.taxes.values()]
    texts += [*sources.promotions.values(), *sources.codes]
    names = await names_of(session, {found for text in texts for found in _ID.findall(text)})

    def name(text: str) -> str:
        return _ID.sub(lambda found: _spoken(found[0], names), text)

    return replace(
        sources,
        heading=tuple(map(name, sources.heading)),
        prices={id_: tuple(map(name, said)) for id_, said in sources.prices.items()},
        taxes={id_: name(said) for id_, said in sources.taxes.items()},
        promotions={id_: name(said) for id_, said in sources.promotions.items()},
        codes=tuple(map(name, sources.codes)),
    )


def _spoken(id_: str, names: Mapping[str, str]) -> str:
    return f"{names[id_]} ({id_})" if id_ in names else id_


def _all(parts: Iterable[Sequence[str]]) -> Iterator[str]:
    for part in parts:
        yield from part
