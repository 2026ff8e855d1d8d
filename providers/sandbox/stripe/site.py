"""Where the stand-in's pages are, and what their forms do: the same as the JSON calls below `/_`."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from providers.sandbox.stripe import control, pages
from providers.sandbox.stripe.desk import Desk
from providers.sandbox.stripe.problems import Json
from providers.sandbox.stripe.store import DIGITS

BOARD: Final = "/dashboard"
AMOUNTS: Final = {"capture": "amount_to_capture", "refund": "amount", "dispute": "amount"}
"""What Stripe calls the amount of each action."""


class NotAnAmount(ValueError):  # noqa: N818 - it is an answer, not a fault
    """What somebody typed is no amount of the currency."""


async def _home(_: Request) -> Response:
    return RedirectResponse(BOARD, HTTPStatus.SEE_OTHER)


async def _board(request: Request) -> Response:
    return _shown(request.app.state.desk)


async def _act(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    kind, id_, name = (request.path_params[part] for part in ("kind", "id", "action"))
    action = control.ACTIONS.get(f"/{kind}/{{id}}/{name}")
    if action is None:
        return _shown(desk, "There is no such action.", HTTPStatus.NOT_FOUND)
    try:
        wish = _wish(desk, id_, name, await _form(request))
    except NotAnAmount as problem:
        return _shown(desk, str(problem), HTTPStatus.BAD_REQUEST)
    done = control.carry_out(desk, action, id_, wish)
    return _shown(desk, _problem(done), done.status_code) if _problem(done) else await _home(request)


async def _challenge(request: Request) -> Response:
    desk: Desk = request.app.state.desk
    intent = desk.store.find("payment_intent", request.path_params["id"])
    if intent is None:
        return _shown(desk, "There is no such payment.", HTTPStatus.NOT_FOUND)
    if request.method == "GET":
        return HTMLResponse(pages.challenge(intent))
    if intent["status"] != "requires_action":  # somebody else was faster: a bank does not ask twice
        return HTMLResponse(pages.challenge(intent), HTTPStatus.CONFLICT)
    outcome = "fail" if (await _form(request)).get("outcome") == "refuse" else "succeed"
    back = ((intent["next_action"] or {}).get("redirect_to_url") or {}).get("return_url")
    done = control.carry_out(desk, control.authenticate, intent["id"], {"outcome": outcome})
    if back:
        return RedirectResponse(_returned(back, intent, _problem(done)), HTTPStatus.SEE_OTHER)
    return _shown(desk, _problem(done), done.status_code) if _problem(done) else await _home(request)


def _returned(back: str, intent: Json, problem: str) -> str:
    """Return the shop's address with what Stripe adds to it."""
    told = {
        "payment_intent": intent["id"],
        "payment_intent_client_secret": intent["client_secret"],
        "redirect_status": "failed" if problem else "succeeded",
    }
    return f"{back}{'&' if '?' in back else '?'}{urlencode(told)}"


def _wish(desk: Desk, id_: str, action: str, form: dict[str, str]) -> Json:
    """Return a form as the action's parameters; amounts are typed as people write them. NotAnAmount."""
    typed = form.pop("amount", "").strip()
    intent = desk.store.find("payment_intent", id_)
    if not typed or intent is None or action not in AMOUNTS:
        return dict(form)
    return {**form, AMOUNTS[action]: _minor(typed, intent["currency"])}


def _minor(typed: str, currency: str) -> int:
    try:
        found = Decimal(typed.replace(",", ".")).scaleb(DIGITS.get(currency, 2))
    except InvalidOperation:
        raise NotAnAmount(f"{typed} is no amount.") from None
    if not found.is_finite() or found <= 0 or found != int(found):
        raise NotAnAmount(f"{typed} is no amount in {currency.upper()}.")
    return int(found)


def _problem(done: Response) -> str:
    """Return what a call was refused for, empty when it was not."""
    error: Json = json.loads(bytes(done.body)).get("error", {})
    return str(error.get("message", ""))


def _shown(desk: Desk, said: str = "", status: int = HTTPStatus.OK) -> Response:
    intents, refunds, disputes = map(desk.store.all_of, ("payment_intent", "refund", "dispute"))
    return HTMLResponse(pages.board(intents, refunds, disputes, said), status)


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(errors="replace")))


def routes() -> list[Route]:
    """Return the routes of the pages."""
    return [
        Route("/", _home),
        Route(BOARD, _board),
        Route(f"{BOARD}/{{kind}}/{{id}}/{{action}}", _act, methods=["POST"]),
        Route("/3ds/{id}", _challenge, methods=["GET", "POST"]),
    ]
