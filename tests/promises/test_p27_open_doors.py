"""Promise 27: who guesses at an open door is soon refused, wherever they come from; who knows the way is let in."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response

from api.app import create_app
from commerce.auth.passwords import Passwords
from commerce.auth.service import create_identity
from kit.db import Database, run
from kit.limits import door
from kit.settings import Settings
from tests.promises.till import without

SHOPPERS, PASSWORD = 30, "s3cret-pass"
CONDITION = (
    "kit.throttle._TAKE",
    """WHERE greatest(t.full_at, now()) + (excluded.full_at - now())
    <= now() + (SELECT a.span FROM asked a WHERE a.key = excluded.key)""",
)


@dataclass
class Doors:
    """Two processes of the API on one database; a caller reaches now the one, now the other."""

    settings: Settings
    database: Database
    apps: list[FastAPI] = field(default_factory=list)
    calls: int = 0

    async def restart(self, **changes: object) -> None:
        """Start both anew, with other settings."""
        await self.close()
        self.settings = self.settings.model_copy(update=changes)
        self.apps = [create_app(self.settings) for _ in range(2)]

    async def close(self) -> None:
        for app in self.apps:
            await app.state.parts.database.close()

    async def ask(self, path: str, body: object, **headers: str) -> Response:
        self.calls += 1
        transport = ASGITransport(app=self.apps[self.calls % 2], client=("203.0.113.7", 123))
        async with AsyncClient(transport=transport, base_url="http://api") as client:
            return await client.post(f"/auth/customer/emailpass{path}", json=body, headers=headers)

    async def log_in(self, n: int, password: str = PASSWORD, **headers: str) -> Response:
        return await self.ask("", {"email": f"shopper{n}@example.com", "password": password}, **headers)

    async def later(self, seconds: float) -> None:
        """Let so much time pass for all buckets."""
        await self.database.transact(
            lambda s: run(s, "UPDATE throttle SET full_at = full_at - $1 * interval '1 second'", seconds)
        )


@pytest.fixture
async def doors(wide_database: Database, database_url: str) -> AsyncIterator[Doors]:
    """Yield the doors of a shop with thirty shoppers: 6 failures an address, 4 an identity, all back in 600 s."""
    hashed = await Passwords(8, 1, 1).hash(PASSWORD)
    for n in range(SHOPPERS):
        mail = f"shopper{n}@example.com"
        await wide_database.transact(lambda s, mail=mail: create_identity(s, mail, hashed, {}))  # type: ignore[misc]
    settings = Settings(
        database_url=database_url,
        jwt_secret="a secret of 32 bytes, and a few more",
        password_memory_kib=8,
        password_time_cost=1,
        throttle_logins=door("6/600 4/600"),
        throttle_registrations=door("3/600 2/600"),
        throttle_resets=door("5/600 2/600"),
        log_level="ERROR",
    )
    made = Doors(settings, wide_database)
    await made.restart()
    yield made
    await made.close()


async def statuses(asked: list[Awaitable[Response]]) -> dict[int, int]:
    return dict(Counter([answer.status_code for answer in await asyncio.gather(*asked)]))


async def test_p27_passwords_of_one_account_are_not_guessed_from_anywhere(doors: Doors) -> None:
    """Every guess comes from another address, by either process, all at once: four are judged."""
    await doors.restart(client_address_header="x-forwarded-for")
    guesses = [doors.log_in(0, f"guess {n}", **{"x-forwarded-for": f"198.51.100.{n}"}) for n in range(24)]
    assert await statuses(guesses) == {401: 4, 429: 20}
    right = await doors.log_in(0, **{"x-forwarded-for": "192.0.2.1"})
    assert right.status_code == 429
    assert right.json() == {
        "type": "too_many_requests",
        "message": f"Too many attempts. Try again in {right.headers['retry-after']} seconds.",
    }
    assert 0 < int(right.headers["retry-after"]) <= 150  # a quarter of 600 s for one of four
    await doors.later(int(right.headers["retry-after"]))
    assert (await doors.log_in(0, **{"x-forwarded-for": "192.0.2.1"})).status_code == 200


async def test_p27_many_accounts_are_not_tried_from_one_address(doors: Doors) -> None:
    """One common password for every mail: six are judged, and those who come from elsewhere are not locked out."""
    await doors.restart(client_address_header="x-forwarded-for")
    here, elsewhere = {"x-forwarded-for": "198.51.100.7"}, {"x-forwarded-for": "192.0.2.1"}
    assert await statuses([doors.log_in(n, "123456", **here) for n in range(SHOPPERS)]) == {401: 6, 429: 24}
    for _ in range(3):  # refused at the address, so that no identity's attempts are used up
        assert await statuses([doors.log_in(n, "123456", **here) for n in range(SHOPPERS)]) == {429: SHOPPERS}
    assert await statuses([doors.log_in(n, **elsewhere) for n in range(6)]) == {200: 6}


async def test_p27_honest_shoppers_behind_one_address_are_let_in(doors: Doors) -> None:
    """A whole office logs in through six places: only failures count, and one's typing error is not another's."""
    for first in range(0, SHOPPERS, 6):
        assert await statuses([doors.log_in(n) for n in range(first, first + 6)]) == {200: 6}
    assert await statuses([doors.log_in(n, "typo") for n in range(3)]) == {401: 3}
    for _ in range(4):
        assert await statuses([doors.log_in(n) for n in range(3)]) == {200: 3}


async def test_p27_registrations_and_resets_are_counted_one_and_all(doors: Doors) -> None:
    mails = [{"email": f"new{n}@example.com", "password": PASSWORD} for n in range(8)]
    assert await statuses([doors.ask("/register", body) for body in mails]) == {200: 3, 429: 5}
    resets = [doors.ask("/reset-password", {"identifier": mail}) for mail in ["victim@example.com"] * 8]
    assert await statuses(resets) == {201: 2, 429: 6}
    cased = [doors.ask("/reset-password", {"identifier": mail}) for mail in ["Victim@Example.com"] * 2]
    assert await statuses(cased) == {429: 2}
    others = [doors.ask("/reset-password", {"identifier": f"other{n}@example.com"}) for n in range(8)]
    assert await statuses(others) == {201: 3, 429: 5}


async def test_p27_a_header_that_nobody_vouches_for_is_no_address(doors: Doors) -> None:
    """Without the setting everybody comes from their connection; with it only what one's own proxy added counts."""
    forged = [doors.log_in(n, "123456", **{"x-forwarded-for": f"198.51.100.{n}"}) for n in range(10)]
    assert await statuses(forged) == {401: 6, 429: 4}
    await doors.restart(client_address_header="x-forwarded-for")
    prefixed = [doors.log_in(n, "123456", **{"x-forwarded-for": f"198.51.100.{n}, 192.0.2.9"}) for n in range(10, 20)]
    assert await statuses(prefixed) == {401: 6, 429: 4}


async def test_p27_it_can_be_switched_off(doors: Doors) -> None:
    await doors.restart(throttle=False)
    assert await statuses([doors.log_in(0, f"guess {n}") for n in range(12)]) == {401: 12}


async def test_p27_mutation_without_the_condition_guesses_go_on(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, *CONDITION)
    assert (await statuses([doors.log_in(0, f"guess {n}") for n in range(12)]))[401] > 4


async def test_p27_mutation_without_giving_back_the_office_is_locked_out(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.throttle.FAILURES", frozenset())
    assert 429 in await statuses([doors.log_in(n) for n in range(SHOPPERS)])
