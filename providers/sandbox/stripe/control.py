"""What is not Stripe's API: the knobs, the clock, the shopper's bank, and what a merchant does in the dashboard."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from providers.sandbox.stripe import intents, refunds
from providers.sandbox.stripe.desk import Desk
from providers.sandbox.stripe.faults import UnknownFault
from providers.sandbox.stripe.objects import shown
from providers.sandbox.stripe.problems import Json, Problem
from providers.sandbox.stripe.store import Draft

Action = Callable[[Draft, str, Json], Json]
NOT_AUTHENTICATED: Final = (
    "payment_intent_authentication_failure",
    None,
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
)


def authenticate(draft: Draft, id_: str, wish: Json) -> Json:
    """Let the shopper's bank say yes or no to an intent in `requires_action`."""
    intent = draft.get("payment_intent", id_)
    if wish.get("outcome") == "fail":
        raise intents.decline(draft, intent, None, NOT_AUTHENTICATED)
    return intents.pay(draft, intent)


def expire(draft: Draft, id_: str, _: Json) -> Json:
    """Let an authorisation run out."""
    return intents.cancel(draft, draft.get("payment_intent", id_), {}, reason="automatic")


def _texts(wish: Json) -> Json:
    return {name: str(found) for name, found in wish.items()}


def _dispute(draft: Draft, id_: str, wish: Json) -> Json:
    made = draft.get("charge", draft.get("payment_intent", id_)["latest_charge"])
    status = "warning_needs_response" if wish.get("inquiry") else "needs_response"
    return refunds.dispute(draft, made, wish.get("amount"), status)


ACTIONS: Final[dict[str, Action]] = {
    "/payment_intents/{id}/authenticate": authenticate,
    "/payment_intents/{id}/confirm": lambda d, i, w: intents.confirm(d, d.get("payment_intent", i), w),
    "/payment_intents/{id}/settle": lambda d, i, _: intents.pay(d, d.get("payment_intent", i)),
    "/payment_intents/{id}/expire": expire,
    "/payment_intents/{id}/cancel": lambda d, i, w: intents.cancel(d, d.get("payment_intent", i), w),
    "/payment_intents/{id}/capture": lambda d, i, w: intents.capture(d, d.get("payment_intent", i), _texts(w)),
    "/payment_intents/{id}/refund": lambda d, i, w: refunds.create(d, {"payment_intent": i, **_texts(w)}),
    "/payment_intents/{id}/dispute": _dispute,
    "/disputes/{id}/won": lambda d, i, _: refunds.decide(d, d.get("dispute", i), "won"),
    "/disputes/{id}/lost": lambda d, i, _: refunds.decide(d, d.get("dispute", i), "lost"),
    "/disputes/{id}/closed": lambda d, i, _: refunds.decide(d, d.get("dispute", i), "warning_closed"),
    "/refunds/{id}/succeed": lambda d, i, _: refunds.settle(d, d.get("refund", i), fails=False),
    "/refunds/{id}/fail": lambda d, i, _: refunds.settle(d, d.get("refund", i), fails=True),
}


def carry_out(desk: Desk, action: Action, id_: str, wish: Json) -> Response:
    """Do what somebody else does at Stripe, and tell of it."""
    draft = Draft(desk.store)
    try:
        status, body = 200, shown(action(draft, id_, wish))
    except Problem as problem:
        status, body = problem.status, problem.body()
        if not problem.is_kept:
            return JSONResponse(body, status)
    desk.store.commit(draft)
    desk.postman.post(draft.events)
    return JSONResponse(body, status)


def run_out(desk: Desk) -> None:
    """Let everything happen that was to happen until the stand-in's moment."""
    now = desk.store.now()
    for intent in list(desk.store.all_of("payment_intent")):
        made = desk.store.find("charge", str(intent["latest_charge"]))
        details = made["payment_method_details"].get("card", {}) if made else {}
        if intent["status"] == "requires_capture" and details.get("capture_before", now + 1) <= now:
            carry_out(desk, expire, intent["id"], {})
    for refund in list(desk.store.all_of("refund")):
        if refund["status"] == "pending" or refund.get("_fails"):
            fails = bool(refund.get("_fails"))
            carry_out(desk, ACTIONS["/refunds/{id}/fail" if fails else "/refunds/{id}/succeed"], refund["id"], {})


async def _body(request: Request) -> Json:
    found = json.loads(await request.body() or b"{}")
    return found if isinstance(found, dict) else {}


async def _knobs(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    if request.method == "POST":
        wanted = await _body(request)
        try:
            desk.faults.turn(wanted.get("faults", []))
            desk.postman.turn(wanted.get("webhooks", {}))
        except (TypeError, UnknownFault) as problem:
            return JSONResponse({"error": str(problem)}, HTTPStatus.BAD_REQUEST)
        desk.store.turn(knobs={"webhooks": asdict(desk.postman.manners)})
    return JSONResponse({"faults": desk.faults.as_json(), "webhooks": asdict(desk.postman.manners)})


async def _clock(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    wanted = await _body(request)
    if "advance" in wanted:
        desk.store.turn(offset=desk.store.offset + int(wanted["advance"]))
        run_out(desk)
    return JSONResponse({"now": desk.store.now()})


async def _send(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    event = desk.store.find("event", request.path_params["id"])
    if event is None:
        return JSONResponse({"error": "There is no such event."}, HTTPStatus.NOT_FOUND)
    desk.postman.send(event)
    return JSONResponse(event)


async def _health(_: Request) -> Response:
    return Response("OK")


def _act(action: Action) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        return carry_out(request.app.state.desk, action, request.path_params["id"], await _body(request))

    return serve


def routes() -> list[Route]:
    """Return the routes below `/_`, where Stripe has none."""
    return [
        Route("/_/knobs", _knobs, methods=["GET", "POST"]),
        Route("/_/clock", _clock, methods=["GET", "POST"]),
        Route("/_/health", _health, methods=["GET"]),
        Route("/_/events/{id}/send", _send, methods=["POST"]),
        *(Route(f"/_{path}", _act(action), methods=["POST"]) for path, action in ACTIONS.items()),
    ]
