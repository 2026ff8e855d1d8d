"""`/store/payment-collections`."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fastapi import Request, Response

from activities.account_holder import payer_context
from activities.payment_session import open_payment_session
from api.actors import Store
from api.deps import shown, start, write
from api.routing import Router
from api.state import state_of
from api.store.bodies.payment_collections import StoreCreatePaymentCollection, StoreInitializePaymentSession
from api.throttle import attempt
from operations.create_payment_collection import create_payment_collection
from queries.payment import STORE_PAYMENT_COLLECTION

OPENED_WITHIN: Final = timedelta(seconds=15)  # a provider is asked for an account and three sessions at most, 3 s each

router = Router("/store/payment-collections")


@router.post("")
async def create(request: Request, body: StoreCreatePaymentCollection) -> Response:
    """Create a cart's payment collection, or answer the one it has."""
    return await write(
        request,
        lambda session: create_payment_collection(session, body.cart_id),
        then=shown(request, STORE_PAYMENT_COLLECTION),
    )


@router.post("/{id}/payment-sessions")
async def create_session(request: Request, id: str, store: Store, body: StoreInitializePaymentSession) -> Response:
    """Open a payment session; it takes the place of the one before."""
    state, project = state_of(request), shown(request, STORE_PAYMENT_COLLECTION)

    async def run(_key: str) -> str:
        async with attempt(request, "payment_sessions", id):
            payer = await payer_context(state.account_holders, store.customer_id, body.provider_id)
            opened = await open_payment_session(state.payment_sessions, id, body.provider_id, body.data, payer)
        return await state.database.transact(lambda session: project(session, opened))

    return await start(request, id, run, alone_for=OPENED_WITHIN)
