"""Throttled doors: what is tried too often from one address, or for one identity, is 429 for a while (promise 27)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, Literal

from fastapi import Request

from api.remote import address_of
from api.state import State, state_of
from kit.errors import CommerceError, too_many_requests
from kit.limits import Door
from kit.throttle import Take, bucket_key, give_back, take

Name = Literal["logins", "registrations", "resets", "verifications", "codes", "payment_sessions", "completes"]
FAILURES: Final = frozenset({"logins", "codes", "completes"})
"""Doors at which only failures count: an office full of people who know their passwords is let in."""
OURS: Final = frozenset({"conflict", "unavailable"})
"""Errors that are not the caller's doing."""


class Attempt:
    """One attempt; a block that fails without raising says so by `failed`."""

    failed = False


@asynccontextmanager
async def attempt(request: Request, name: Name, identity: str | None, *, count: int = 1) -> AsyncIterator[Attempt]:
    """Let the block try something at a door, `count` things at once, or refuse it.

    `identity` is what is tried: a mail, a cart, None when it is only about to be made. Attempts are counted before
    they are made, so that many at once are counted too; at the doors of `FAILURES` a good one is given back.
    Errors: `too_many_requests`.
    """
    state = state_of(request)
    takes = _takes(request, name, identity, count) if state.settings.throttle and count else ()
    if takes:
        async with state.database.reading() as connection:
            wait = await take(connection, takes)
        if wait:
            raise too_many_requests(wait)
    made = Attempt()
    try:
        yield made
    except CommerceError as error:
        made.failed = error.type not in OURS
        if not made.failed:
            await _give_back(state, name, takes)
        raise
    if not made.failed:
        await _give_back(state, name, takes)


async def _give_back(state: State, name: Name, takes: Sequence[Take]) -> None:
    if takes and name in FAILURES:
        async with state.database.reading() as connection:
            await give_back(connection, takes)


def _takes(request: Request, name: Name, identity: str | None, count: int) -> Sequence[Take]:
    door: Door = getattr(state_of(request).settings, f"throttle_{name}")
    address = address_of(request)
    callers = (("identity", identity and identity.lower(), door.identity), ("address", address, door.address))
    return [Take(bucket_key(name, kind, who), limit, count) for kind, who, limit in callers if who]
