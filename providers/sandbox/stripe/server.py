"""The stand-in's HTTP: Stripe's API below `/v1`, and below `/_` whatever moves Stripe from the other side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from providers.sandbox.server import with_abort
from providers.sandbox.stripe import control, site
from providers.sandbox.stripe.desk import Desk
from providers.sandbox.stripe.problems import Json
from providers.sandbox.stripe.store import Store
from providers.sandbox.stripe.webhooks import Postman


def build(log_file: Path, *, public_url: str = "", webhooks: Json | None = None) -> ASGIApp:
    """Return the stand-in as an ASGI app whose whole state is in `log_file`."""
    store = Store(log_file)
    if public_url or webhooks:
        store.turn(knobs={"public_url": public_url} | ({"webhooks": webhooks} if webhooks else {}))
    postman = Postman(store.now)
    postman.turn(store.knobs.get("webhooks", {}))
    desk = Desk(store, postman)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await postman.close()
        store.close()

    vendor = Route("/v1/{rest:path}", desk.serve, methods=["GET", "POST", "DELETE"])
    app = Starlette(lifespan=lifespan, routes=[vendor, *control.routes(), *site.routes()])
    app.state.desk = desk
    return with_abort(app)
