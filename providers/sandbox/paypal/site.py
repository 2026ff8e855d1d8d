"""The stand-in's pages, its dashboard, and the knobs of the tests: all that is not PayPal's API."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from providers.sandbox.paypal import dashboard, pages, shapes
from providers.sandbox.paypal.book import Change
from providers.sandbox.paypal.counter import as_response
from providers.sandbox.paypal.desk import Desk, as_json, base_url
from providers.sandbox.paypal.moods import Knobs, UnknownMood
from providers.sandbox.paypal.orders import found
from providers.sandbox.paypal.problems import NotPossible, problem

BAD_REQUEST: Final = 400
SEE_OTHER: Final = 303


class Site:
    """The pages over one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return where the pages are."""
        return [
            Route("/checkoutnow", self.approval),
            Route("/checkoutnow/{id}/{action}", self.decide, methods=["POST"]),
            Route("/dashboard", self.board),
            Route("/dashboard/events", self.events, methods=["GET", "POST"]),
            Route("/dashboard/{kind}/{id}/{action}", self.act, methods=["POST"]),
            Route("/knobs", self.knobs, methods=["GET", "POST"]),
            Route("/clock", self.clock, methods=["POST"]),
            Route("/tokens", self.revoke, methods=["DELETE"]),
            Route("/health", self.health),
        ]

    async def approval(self, request: Request) -> Response:
        """Show an order to its shopper."""
        self._desk.settle(request)
        try:
            change = Change(self._desk.book)
            order = found(change, request.query_params.get("token", ""))
        except NotPossible as refusal:
            return as_response(refusal.as_reply())
        return HTMLResponse(pages.approval(shapes.order(change, order, base_url(request))))

    async def decide(self, request: Request) -> Response:
        """Do what the shopper wants, and send them back to the shop."""
        id_, action = request.path_params["id"], request.path_params["action"]
        refused = await self._done("orders", id_, action, request)
        if refused is not None:
            return refused
        order = found(Change(self._desk.book), id_)
        there = order.cancel_url if action == "cancel" else order.return_url
        if there:
            query = urlencode({"token": id_, "PayerID": shapes.PAYER["account_id"]})
            return RedirectResponse(f"{there}{'&' if '?' in there else '?'}{query}", SEE_OTHER)
        return HTMLResponse(pages.done("Cancelled." if action == "cancel" else "Thank you."))

    async def board(self, request: Request) -> Response:
        """Show the dashboard."""
        self._desk.settle(request)
        return HTMLResponse(pages.board(dashboard.overview(Change(self._desk.book), base_url(request))))

    async def act(self, request: Request) -> Response:
        """Do what somebody wants on the dashboard."""
        kind, id_, action = (request.path_params[name] for name in ("kind", "id", "action"))
        refused = await self._done(kind, id_, action, request)
        return refused or RedirectResponse("/dashboard", SEE_OTHER)

    async def events(self, request: Request) -> Response:
        """List every event, the oldest first; POST `{"ids": [...]}` sends some, in that order."""
        known = self._desk.book.events
        if request.method == "POST":
            wanted = as_json(await request.body()).get("ids", [])
            return JSONResponse({"sent": [await self._desk.webhooks.send(known[id_]) for id_ in wanted]})
        return JSONResponse({"events": list(known.values())})

    async def knobs(self, request: Request) -> Response:
        """Show or turn the knobs; what is not named goes back to normal."""
        if request.method == "POST":
            try:
                self._desk.book.turn(Knobs(**as_json(await request.body())))
            except (TypeError, UnknownMood) as wrong:
                return JSONResponse({"message": str(wrong)}, BAD_REQUEST)
        return JSONResponse(self._desk.book.knobs.as_json())

    async def clock(self, request: Request) -> Response:
        """Move the stand-in's time ahead by `seconds`."""
        self._desk.book.move_clock(float(as_json(await request.body())["seconds"]))
        self._desk.settle(request)
        return JSONResponse({"now": self._desk.book.now().isoformat()})

    async def revoke(self, _: Request) -> Response:
        """Forget every token that was given."""
        self._desk.revoke()
        return Response(status_code=204)

    async def health(self, _: Request) -> Response:
        """Say that it is there."""
        return Response("OK")

    async def _done(self, kind: str, id_: str, action: str, request: Request) -> Response | None:
        self._desk.settle(request)
        wanted = dashboard.ACTIONS.get((kind, action))
        if wanted is None:
            return as_response(problem(404))
        change = Change(self._desk.book)
        try:
            wanted(change, id_, await _form(request), base_url(request))
        except NotPossible as refusal:
            return as_response(refusal.as_reply())
        change.write()
        self._desk.webhooks.announce(change.events)
        return None


async def _form(request: Request) -> dict[str, Any]:
    body = await request.body()
    is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    given = dict(parse_qsl(body.decode())) if is_form else as_json(body)
    return given if isinstance(given, dict) else {}
