"""`/admin/orders/{id}/payment-sessions/authorize`: charge a session that was opened for an order."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response

from api.admin.bodies.payment_collections import AdminAuthorizePaymentSession
from api.deps import json_answer, json_text, shown, start
from api.routing import Router
from api.state import state_of
from durable import ids
from durable.types import AuthorizeSessionInput
from kit.db import one
from kit.errors import CommerceError, not_found
from kit.query import LIVE
from queries.order import ADMIN_ORDER, CURRENT

NAME: Final = "authorize-payment-session"

router = Router("/admin/orders/{id}/payment-sessions/authorize")


class Authorizing:
    """One admin who waits for a session of an order to be charged."""

    def __init__(self, request: Request, order_id: str, session_id: str) -> None:
        self._state = state_of(request)
        self._order_id = order_id
        self._session_id = session_id
        self._show = shown(request, ADMIN_ORDER, where=[LIVE], params=CURRENT)

    async def answer(self, _workflow_id: str) -> str | Response:
        """Return the answer's JSON text, or a Response that is not final: a decline, or 202 while nobody knows.

        Errors: `not_found`; `unavailable` when Temporal is down and nothing was changed.
        """
        is_authorized = await self._ask()
        if is_authorized is None:
            return json_answer(json_text({"workflow_id": NAME, "transaction_id": self._session_id}), 202)
        order = await self._state.database.transact(lambda session: self._show(session, self._order_id))
        told = json_text({"is_authorized": is_authorized}).removesuffix("}") + "," + order.removeprefix("{")
        return told if is_authorized else json_answer(told)

    async def _ask(self) -> bool | None:
        state, session_id = self._state, self._session_id
        async with state.database.reading() as connection:
            row = await one(connection, _SESSION, session_id, self._order_id)
        if row is None:
            raise not_found(f"Payment session with id: {session_id} was not found")
        if row.fate != "open":
            return bool(row.fate == "consumed")
        await state.durable.require_healthy()
        await state.durable.start(NAME, session_id, AuthorizeSessionInput(session_id))
        try:
            return await state.durable.result(NAME, session_id, bool, within=state.settings.money_wait_seconds)
        except CommerceError:
            return None


@router.post("")
async def authorize(request: Request, id: str, body: AdminAuthorizePaymentSession) -> Response:
    """Hold the money of a session of one of the order's own collections; it is the order's at once."""
    authorizing = Authorizing(request, id, body.payment_session_id)
    return await start(request, ids.workflow_id(NAME, body.payment_session_id), authorizing.answer)


_SESSION: Final = """
SELECT s.fate FROM payment_session s JOIN payment_collection c ON c.id = s.payment_collection_id
WHERE s.id = $1 AND c.order_id = $2 AND c.cart_id IS NULL AND c.deleted_at IS NULL
"""
