"""`/admin/orders/{id}/payment-sessions/authorize`: charge a session that was opened for an order."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response

from api.admin.bodies.payment_collections import AdminAuthorizePaymentSession
from api.deps import json_answer, json_text, shown, start
from api.routing import Router
from api.state import State, state_of
from durable import ids
from durable.types import AuthorizeSessionInput
from kit.db import one
from kit.errors import CommerceError, not_found
from kit.query import LIVE
from queries.order import ADMIN_ORDER, CURRENT

NAME: Final = "authorize-payment-session"

router = Router("/admin/orders/{id}/payment-sessions/authorize")


@router.post("")
async def authorize(request: Request, id: str, body: AdminAuthorizePaymentSession) -> Response:
    """Hold the money of a session of one of the order's own collections; it is the order's at once."""
    state, session_id = state_of(request), body.payment_session_id
    project = shown(request, ADMIN_ORDER, where=[LIVE], params=CURRENT)

    async def run(_workflow_id: str) -> str | Response:
        is_authorized = await _ask(state, id, session_id)
        if is_authorized is None:
            return json_answer(json_text({"workflow_id": NAME, "transaction_id": session_id}), 202)
        order = await state.database.transact(lambda session: project(session, id))
        told = json_text({"is_authorized": is_authorized}).removesuffix("}") + "," + order.removeprefix("{")
        return told if is_authorized else json_answer(told)

    return await start(request, ids.workflow_id(NAME, session_id), run)


async def _ask(state: State, order_id: str, session_id: str) -> bool | None:
    """Return whether the money is the order's; None while nobody knows. Errors: `not_found`, `unavailable`."""
    async with state.database.reading() as connection:
        row = await one(connection, _SESSION, session_id, order_id)
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


_SESSION: Final = """
SELECT s.fate FROM payment_session s JOIN payment_collection c ON c.id = s.payment_collection_id
WHERE s.id = $1 AND c.order_id = $2 AND c.cart_id IS NULL AND c.deleted_at IS NULL
"""
