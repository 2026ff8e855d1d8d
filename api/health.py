"""Whether this process lives, and whether what it needs can be reached; no key, no token."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from api.deps import json_answer, json_text
from api.state import State, state_of
from kit.db import value
from kit.errors import CommerceError

router = APIRouter(tags=["operations"])


@router.get("/health", response_class=PlainTextResponse)
async def health() -> str:
    """Tell that the process serves."""
    return "OK"


@router.get("/ready")
async def ready(request: Request) -> Response:
    """Tell what can be reached: 503 without PostgreSQL; without Temporal only new completions are refused."""
    state = state_of(request)
    postgresql, temporal = await asyncio.gather(_has_database(state), state.durable.is_healthy())
    parts = {"postgresql": _word(postgresql), "temporal": _word(temporal)}
    return json_answer(
        json_text({"status": "ready" if postgresql else "unavailable", **parts}), 200 if postgresql else 503
    )


async def _has_database(state: State) -> bool:
    try:
        async with asyncio.timeout(2), state.database.reading() as connection:
            return bool(await value(connection, "SELECT true"))
    except (CommerceError, TimeoutError):
        return False


def _word(is_up: bool) -> str:  # noqa: FBT001 - the one thing it says
    return "up" if is_up else "down"
