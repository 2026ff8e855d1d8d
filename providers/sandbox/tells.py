"""The sandbox's routes for what happened: the list of events, and a webhook to be carried by hand."""

from __future__ import annotations

import time
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from providers.sandbox.book import Book
from providers.sandbox.happenings import delivery


async def _list(request: Request) -> Response:
    book: Book = request.app.state.counter.book
    asked = request.query_params
    since = datetime.fromisoformat(asked["since"]) if "since" in asked else None
    found = [
        each.as_json()
        for each in book.happenings
        if (since is None or datetime.fromisoformat(each.at) >= since)
        and asked.get("provider", each.provider) == each.provider
        and asked.get("intent", each.intent) == each.intent
    ]
    return JSONResponse({"events": found})


async def _delivery(request: Request) -> Response:
    book: Book = request.app.state.counter.book
    found = next((each for each in book.happenings if each.id == request.path_params["id"]), None)
    if found is None:
        return JSONResponse({"error": {"code": "not_found", "message": "There is no such event."}}, 404)
    body, headers = delivery(found, book.knobs.webhook_secret, int(time.time()))
    return JSONResponse({"body": body, "headers": headers})


ROUTES = (
    Route("/events", _list, methods=["GET"]),
    Route("/events/{id}/delivery", _delivery, methods=["GET"]),
)
