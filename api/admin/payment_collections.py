"""`/admin/payment-collections`."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fastapi import Request, Response

from activities.payment_session import open_payment_session
from api.admin.bodies.payment_collections import (
    AdminCreatePaymentCollection,
    AdminCreatePaymentSession,
    AdminMarkPaymentCollectionPaid,
)
from api.deps import deleted, shown, start, write
from api.routing import Router
from api.state import state_of
from operations.order_collections import create_order_collection, delete_collection, mark_as_paid
from queries.payment import ADMIN_PAYMENT_COLLECTION

OPENED_WITHIN: Final = timedelta(seconds=15)  # the provider is asked three times at most, for 3 s each

router = Router("/admin/payment-collections")


@router.post("")
async def create(request: Request, body: AdminCreatePaymentCollection) -> Response:
    """Make another payment collection for an order."""
    return await write(
        request,
        lambda session: create_order_collection(session, body.order_id, body.amount),
        then=shown(request, ADMIN_PAYMENT_COLLECTION),
    )


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a payment collection for which nothing was paid."""
    return await write(request, lambda session: delete_collection(session, id), then=deleted("payment-collection"))


@router.post("/{id}/mark-as-paid")
async def mark(request: Request, id: str, body: AdminMarkPaymentCollectionPaid) -> Response:
    """Record that a payment collection was paid outside of this shop."""
    return await write(
        request,
        lambda session: mark_as_paid(session, id, body.order_id, body.provider_id),
        then=shown(request, ADMIN_PAYMENT_COLLECTION),
    )


@router.post("/{id}/payment-sessions")
async def create_session(request: Request, id: str, body: AdminCreatePaymentSession) -> Response:
    """Open a payment session for an order's collection; it takes the place of the one before."""
    state, project = state_of(request), shown(request, ADMIN_PAYMENT_COLLECTION)

    async def run(_key: str) -> str:
        opened = await open_payment_session(state.order_sessions, id, body.provider_id, body.data)
        return await state.database.transact(lambda session: project(session, opened))

    return await start(request, id, run, alone_for=OPENED_WITHIN)
