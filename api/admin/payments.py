"""`/admin/payments`."""

from __future__ import annotations

from functools import partial

from fastapi import Request, Response

from api.actors import Admin
from api.admin.bodies.payments import AdminCapturePayment, AdminRefundPayment
from api.admin.moving import NAMES, Moving
from api.deps import deleted, json_answer, read, read_one, start, write
from api.routing import Router
from api.state import state_of
from durable import ids
from kit.errors import CommerceError
from kit.ids import new_id
from kit.query import LIVE
from operations.acknowledge_payment import acknowledge_payment
from operations.begin_movement import Wish, begin_capture, begin_refund
from queries.payment import PAYMENT, PROVIDER

router = Router("/admin/payments")


@router.get("")
async def list_payments(request: Request) -> Response:
    """List the payments."""
    return await read(request, PAYMENT, where=[LIVE])


@router.get("/payment-providers")
async def list_payment_providers(request: Request) -> Response:
    """List the payment providers of this installation."""
    return await read(request, PROVIDER, where=[LIVE])


@router.get("/{id}")
async def retrieve_payment(request: Request, id: str) -> Response:
    """Retrieve a payment; an unknown one is an empty object, as the peer has it (contract section 1)."""
    try:
        return await read_one(request, PAYMENT, id, where=[LIVE])
    except CommerceError as error:
        if error.type != "not_found":
            raise
        return json_answer("{}")


@router.post("/{id}/capture")
async def capture(request: Request, admin: Admin, id: str, body: AdminCapturePayment) -> Response:
    """Take the money that a payment holds, or a part of it."""
    moving, exact = Moving(request, "capture", id), state_of(request).exact_providers

    async def run(workflow_id: str) -> str | Response:
        return await moving.answer(workflow_id, lambda session, id_: begin_capture(session, _wish(id_)))

    def _wish(id_: str) -> Wish:
        return Wish(id=id_, payment_id=id, amount=body.amount, created_by=admin.id, exact=exact)

    return await start(request, ids.workflow_id(NAMES["capture"], new_id("capt")), run)


@router.post("/{id}/refund")
async def refund(request: Request, admin: Admin, id: str, body: AdminRefundPayment) -> Response:
    """Give money of a payment back."""
    moving, exact = Moving(request, "refund", id), state_of(request).exact_providers
    why = {"reason_id": body.refund_reason_id, "note": body.note}

    async def run(workflow_id: str) -> str | Response:
        return await moving.answer(workflow_id, lambda session, id_: begin_refund(session, _wish(id_), **why))

    def _wish(id_: str) -> Wish:
        return Wish(id=id_, payment_id=id, amount=body.amount, created_by=admin.id, exact=exact)

    return await start(request, ids.workflow_id(NAMES["refund"], new_id("ref")), run)


@router.delete("/{id}/attention")
async def acknowledge(request: Request, admin: Admin, id: str) -> Response:
    """Clear what a payment waits for a person with: a failed refund, a dispute, an expiry, a divergence."""
    work = partial(acknowledge_payment, payment_id=id, actor_id=admin.id)
    return await write(request, work, then=deleted("attention"))
