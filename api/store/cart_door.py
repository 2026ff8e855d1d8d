"""The door of cart writes: api/deps.py's `write`, and between two tries providers are asked what the cart needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from activities.outside import until_told
from api.deps import Projection, write
from api.state import state_of
from operations.outside import Told


async def write_cart(
    request: Request, operation: Callable[[AsyncSession, Told], Awaitable[str]], *, then: Projection[Any]
) -> Response:
    """Run `operation` as `write` does, told what was asked for it so far (docs/adr/0010).

    A cart that no provider has a say in is written by the first try. Errors: as `write`.
    """

    async def attempt(told: Told) -> Response:
        return await write(request, lambda session: operation(session, told), then=then)

    return await until_told(state_of(request).outside, attempt)
