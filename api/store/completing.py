"""What completing a cart answers: its order, the declined cart, or why not (contract section 13)."""

from __future__ import annotations

import time
from typing import Final

from fastapi import Request, Response

from api.deps import json_answer, json_text, shown
from api.state import state_of
from commerce.checkout.outcome import UNDECIDED_WORDS, Outcome, OutcomeKind
from durable.attention import CART_ID
from durable.client import Question
from durable.types import CompleteCartInput
from kit import request_id
from kit.db import one
from kit.errors import CommerceError, conflict, not_found
from operations.consult_providers import RETRY_SECONDS
from queries.cart import CART
from queries.order import CURRENT, PLACED, PLACED_ORDER

NAME: Final = "complete-cart"


class Completion:
    """One shopper who waits for the outcome of their cart's checkout; PostgreSQL is asked before Temporal."""

    def __init__(self, request: Request, cart_id: str) -> None:
        self._state = state_of(request)
        self._cart_id = cart_id
        self._until = time.monotonic() + float(self._state.settings.complete_wait_seconds)
        self._show_order = shown(request, PLACED_ORDER, where=PLACED, params=CURRENT)
        self._show_cart = shown(request, CART)

    async def answer(self) -> str | Response:
        """Return the order's JSON text, or a Response that is not final: a decline, a card to try again.

        Errors: not_found; what a rule refuses; `unavailable` when Temporal is down and nothing was changed;
        `conflict` while nobody knows.
        """
        while True:
            order_id, session_id = await self._facts()
            if order_id is not None:
                return await self._order(order_id)
            outcome = await self._ask(session_id)
            if outcome.kind is OutcomeKind.ORDER and outcome.order_id is not None:
                return await self._order(outcome.order_id)
            if outcome.kind is OutcomeKind.RAISED:
                return await self._declined(outcome)
            if outcome.kind is not OutcomeKind.STALE:
                raise _error(outcome)
            # Decided for another session, or before this call: the next run decides for this one.
            await self._state.durable.closed(NAME, self._cart_id, within=self._left())

    async def _facts(self) -> tuple[str | None, str | None]:
        async with self._state.database.reading() as connection:
            row = await one(connection, _FACTS, self._cart_id)
        if row is None:
            raise not_found(f"Cart with id '{self._cart_id}' not found")
        return row.order_id, row.session_id

    async def _ask(self, session_id: str | None) -> Outcome:
        question = Question("outcome", session_id, Outcome, self._left(), UNDECIDED_WORDS)
        asked = CompleteCartInput(self._cart_id, request_id.current.get())
        return await self._state.durable.ask(NAME, self._cart_id, asked, question, search={CART_ID: self._cart_id})

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise conflict(UNDECIDED_WORDS)
        return left

    async def _order(self, order_id: str) -> str:
        text = await self._state.database.transact(lambda session: self._show_order(session, order_id))
        return '{"type":"order",' + text.removeprefix("{")

    async def _declined(self, outcome: Outcome) -> Response:
        text = await self._state.database.transact(lambda session: self._show_cart(session, self._cart_id))
        error = json_text({"message": outcome.message, "name": "Error", "type": outcome.type})
        return json_answer('{"type":"cart","error":' + error + "," + text.removeprefix("{"))


def _error(outcome: Outcome) -> CommerceError:
    retry_after = RETRY_SECONDS if outcome.type == "unavailable" else None
    return CommerceError(outcome.type, outcome.message, outcome.code, retry_after)


_FACTS: Final = """
SELECT (SELECT o.id FROM "order" o WHERE o.cart_id = c.id) AS order_id, (
  SELECT s.id FROM payment_collection p JOIN payment_session s ON s.payment_collection_id = p.id AND s.fate = 'open'
  WHERE p.cart_id = c.id AND p.deleted_at IS NULL) AS session_id
FROM cart c WHERE c.id = $1 AND c.deleted_at IS NULL
"""
