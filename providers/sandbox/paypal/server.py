"""The stand-in's HTTP: the calls of PayPal's API that a shop makes; its pages are in site.py."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from providers.sandbox.paypal import notifications, shapes
from providers.sandbox.paypal.book import Change
from providers.sandbox.paypal.counter import as_response
from providers.sandbox.paypal.desk import Desk, as_json, base_url
from providers.sandbox.paypal.moods import CALM, Knobs
from providers.sandbox.paypal.orders import found
from providers.sandbox.paypal.problems import Reply, problem
from providers.sandbox.paypal.records import Authorization, Capture, Dispute, Refund
from providers.sandbox.paypal.site import Site
from providers.sandbox.paypal.webhooks import CERTIFICATE
from providers.sandbox.paypal.wishes import Wish
from providers.sandbox.server import with_abort

ORDERS: Final = "/v2/checkout/orders"
MONEY: Final = "/v2/payments"
HOOKS: Final = "/v1/notifications"
DISPUTES: Final = "/v1/customer/disputes"
WISHES: Final = {
    "create": ORDERS,
    "authorize": f"{ORDERS}/{{id}}/authorize",
    "capture_order": f"{ORDERS}/{{id}}/capture",
    "capture": f"{MONEY}/authorizations/{{id}}/capture",
    "reauthorize": f"{MONEY}/authorizations/{{id}}/reauthorize",
    "void": f"{MONEY}/authorizations/{{id}}/void",
    "refund": f"{MONEY}/captures/{{id}}/refund",
}
KEYLESS: Final = frozenset({"void", "patch"})
Serve = Callable[[Request], Awaitable[Response]]


class Api:
    """PayPal's API over one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return where the calls are."""
        return [
            Route("/v1/oauth2/token", self.token, methods=["POST"]),
            *(Route(path, self._wish(call), methods=["POST"]) for call, path in WISHES.items()),
            Route(f"{ORDERS}/{{id}}", self._wish("patch"), methods=["PATCH"]),
            Route(f"{ORDERS}/{{id}}", self._question("get", _order)),
            Route(f"{MONEY}/authorizations/{{id}}", self._shown(shapes.authorization, Authorization)),
            Route(f"{MONEY}/captures/{{id}}", self._shown(shapes.capture, Capture)),
            Route(f"{MONEY}/refunds/{{id}}", self._shown(shapes.refund, Refund)),
            Route(f"{HOOKS}/verify-webhook-signature", self.verify, methods=["POST"]),
            Route(notifications.EVENTS, self._question("events", self._events)),
            Route(f"{HOOKS}/certs/{{name}}", self.certificate),
            Route(DISPUTES, self._question("disputes", _disputes)),
            Route(f"{DISPUTES}/{{id}}", self._shown(shapes.dispute, Dispute)),
        ]

    async def token(self, request: Request) -> Response:
        """Give a token for client id and secret."""
        form = dict(parse_qsl((await request.body()).decode()))
        mood = self._desk.counter.mood("token", "token")
        if mood not in {CALM, "refuse"}:
            return as_response(problem(503))
        return self._desk.token(request, "" if mood == "refuse" else form.get("grant_type", ""))

    async def verify(self, request: Request) -> Response:
        """Check a signature, on the text as it came."""
        body = (await request.body()).decode()
        refused = self._desk.turned_away(request)
        signer = self._desk.signer
        return refused or await self._desk.counter.ask("verify", lambda _: notifications.verified(signer, body))

    async def certificate(self, request: Request) -> Response:
        """Show the certificate, which needs no token."""
        if request.url.path != CERTIFICATE:
            return as_response(problem(404))
        if self._desk.counter.mood("certificate", "certificate") != CALM:
            return as_response(problem(503))
        return Response(self._desk.signer.pem, media_type="application/x-pem-file")

    def _wish(self, call: str) -> Serve:
        async def serve(request: Request) -> Response:
            body = as_json(await request.body())
            wish = Wish(
                call=call,
                id=request.path_params.get("id", ""),
                key=None if call in KEYLESS else request.headers.get("paypal-request-id"),
                body=body,
                base_url=base_url(request),
                is_full=request.headers.get("prefer") == "return=representation",
            )
            return self._desk.turned_away(request) or await self._desk.counter.serve(wish)

        return serve

    def _question(self, call: str, answer: Callable[[Change, Request], Reply]) -> Serve:
        async def serve(request: Request) -> Response:
            refused = self._desk.turned_away(request)
            return refused or await self._desk.counter.ask(call, lambda change: answer(change, request))

        return serve

    def _shown(self, shape: Callable[[Change, Any, str], dict[str, Any]], kind: Any) -> Serve:  # noqa: ANN401 - a record's type
        def answer(change: Change, request: Request) -> Reply:
            return Reply(status=200, body=shape(change, change.get(kind, request.path_params["id"]), base_url(request)))

        return self._question("disputes" if kind is Dispute else "get", answer)

    def _events(self, _: Change, request: Request) -> Reply:
        return notifications.listed_events(self._desk.book, dict(request.query_params), base_url(request))


def build(
    log: Path,
    *,
    client_id: str | None = None,
    secret: str | None = None,
    public_url: str | None = None,
    knobs: Mapping[str, str] | None = None,
) -> ASGIApp:
    """Return the stand-in as an ASGI app whose whole state is in `log` and in the signer's file beside it."""
    desk = Desk(log, client_id=client_id, secret=secret, public_url=public_url)
    if knobs:
        desk.book.turn(Knobs(**desk.book.knobs.as_json() | dict(knobs)))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await desk.close()

    return with_abort(Starlette(lifespan=lifespan, routes=[*Api(desk).routes(), *Site(desk).routes()]))


def _order(change: Change, request: Request) -> Reply:
    order = found(change, request.path_params["id"])
    return Reply(status=200, body=shapes.order(change, order, base_url(request)))


def _disputes(change: Change, request: Request) -> Reply:
    wanted = request.query_params.get("disputed_transaction_id", "")
    return notifications.listed_disputes(change, wanted, base_url(request))
