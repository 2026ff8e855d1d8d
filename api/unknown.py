"""Paths and methods that do not exist: a small HTML page, behind the same door as what does (contract section 1)."""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from api.actors import admin_actor, store_actor
from api.errors import answer

DOORS: Final[Mapping[str, Callable[[Request], Awaitable[object]]]] = {"store": store_actor, "admin": admin_actor}
NOWHERE: Final = (404, 405)
PAGE: Final = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n'
    "<body>\n<pre>{}</pre>\n</body>\n</html>\n"
)


async def _answer(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException) or error.status_code not in NOWHERE:
        return answer(error)
    door = DOORS.get(request.url.path.split("/")[1])
    try:
        if door is not None:
            await door(request)
    except Exception as refusal:  # noqa: BLE001 - answered as the refusal or failure it is
        return answer(refusal)
    return HTMLResponse(PAGE.format(html.escape(f"Cannot {request.method} {request.url.path}")), 404)


def handle_unknown(app: FastAPI) -> None:
    """Answer what no route does."""
    app.add_exception_handler(HTTPException, _answer)
