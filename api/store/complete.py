"""Completing a cart: PostgreSQL first, then the workflow's answer, in the contract's words (section 13)."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import Request, Response

from api.deps import json_answer, json_text, start
from api.state import State, state_of
from commerce.checkout.outcome import UNDECIDED_WORDS, Outcome, OutcomeKind
from durable import ids
from durable.attention import CART_ID
from durable.client import Question
from durable.types import CompleteCartInput
from kit import query, request_id
from kit.errors import CommerceError, conflict, not_found
from queries.cart import CART
from queries.checkout import KnownCheckout, find_checkout
from queries.order import CURRENT, PLACED, PLACED_ORDER

NAME: Final = "complete-cart"


async def complete_cart(request: Request, cart_id: str) -> Response:
    """Answer the cart's order, making it if there is none; or why there is none.

    An order that exists is answered even while Temporal is down. Errors: not_found, `unavailable` while Temporal is
    down, conflict while nobody knows yet, and what the checkout was refused with.
    """
    asked = query.read_one(PLACED_ORDER, request.query_params.multi_items())
    state = state_of(request)

    async def run(_workflow_id: str) -> str | Response:
        outcome = await _decided(state, cart_id)
        if outcome.kind is OutcomeKind.ORDER:
            return await _order(state, asked.selection, outcome)
        if outcome.kind is OutcomeKind.RAISED:
            return json_answer(await _cart_with_error(state, cart_id, outcome))
        raise CommerceError(outcome.type, outcome.message, outcome.code)

    return await start(request, ids.workflow_id(NAME, cart_id), run)


async def _decided(state: State, cart_id: str) -> Outcome:
    """Ask until the answer is about the cart as it is now; a run that decided for another session must close first."""
    loop = asyncio.get_running_loop()
    end = loop.time() + float(state.settings.complete_wait_seconds)
    while (left := end - loop.time()) > 0:
        known = await _known(state, cart_id)
        if known.order_id is not None:
            return Outcome(OutcomeKind.ORDER, known.session_id, known.order_id)
        question = Question("outcome", known.session_id, Outcome, within=left, undecided=UNDECIDED_WORDS)
        wanted = CompleteCartInput(cart_id, request_id.current.get())
        outcome = await state.durable.ask(NAME, cart_id, wanted, question, search={CART_ID: cart_id})
        if outcome.kind is not OutcomeKind.STALE:
            return outcome
        await state.durable.closed(NAME, cart_id, within=max(end - loop.time(), 0))
    raise conflict(UNDECIDED_WORDS)


async def _known(state: State, cart_id: str) -> KnownCheckout:
    async with state.database.reading() as connection:
        known = await find_checkout(connection, cart_id)
    if known is None:
        raise not_found(f"Cart with id '{cart_id}' not found")
    return known


async def _order(state: State, selection: query.Selection, outcome: Outcome) -> str:
    where, params = ["{t}.id = :id", *PLACED], {**CURRENT, "id": outcome.order_id}
    async with state.database.reading() as connection:
        order = await query.fetch_object(connection, PLACED_ORDER, selection, where=where, params=params)
    return f'{{"type":"order","order":{order}}}'


async def _cart_with_error(state: State, cart_id: str, outcome: Outcome) -> str:
    defaults = query.read_one(CART, []).selection
    async with state.database.reading() as connection:
        cart = await query.fetch_object(connection, CART, defaults, where=["{t}.id = :id"], params={"id": cart_id})
    error = json_text({"message": outcome.message, "name": "Error", "type": outcome.type})
    return f'{{"type":"cart","cart":{cart},"error":{error}}}'
