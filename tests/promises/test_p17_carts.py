"""Promise 17: no edit of a cart is lost to another, and nobody is held up by a writer who hangs or has died."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database, run
from kit.errors import CommerceError
from operations.change_promotions import change_promotions
from operations.load_cart import LoadedCart, load_cart
from operations.load_promotions import Codes
from operations.outside import Told
from operations.take_lock import take_lock
from tests.promises.till import Till
from tests.support.cart_audit import audit_cart
from tests.support.small_shop import add_items

LINES = """SELECT v.title, i.quantity FROM cart_line_item i JOIN product_variant v ON v.id = i.variant_id
WHERE i.cart_id = $1 ORDER BY 1"""
VERSION = "SELECT version FROM cart WHERE id = $1"
ROW_ONLY = "SELECT FROM cart WHERE id = $1 FOR UPDATE"
HOLDER = """
import asyncio, sys
from kit.db import Database
from operations.take_lock import take_lock

async def hold(session):
    await take_lock(session, sys.argv[2])
    print("held", flush=True)
    await asyncio.sleep(600)

asyncio.run(Database(sys.argv[1], pool_size=1).transact(hold))
"""


async def lines(till: Till, cart_id: str) -> dict[str, Decimal]:
    return dict(tuple(row) for row in await till.rows(LINES, cart_id))


async def add(till: Till, cart_id: str, **items: int) -> None:
    await till.database.transact(lambda s: add_items(s, till.shop, cart_id, items))


async def test_p17_parallel_adds_end_as_their_sum(till: Till) -> None:
    """Twelve adds of three variants at once, as six were recorded: every one counts, and the total is theirs."""
    cart_id = await till.cart({"pen": 1}, None)
    wanted = ["pen", "mug", "ebook", "pen"] * 3
    await asyncio.gather(*[add(till, cart_id, **{name: 1}) for name in wanted])
    assert await lines(till, cart_id) == Counter(["pen", *wanted])
    assert await audit_cart(till.database, cart_id) == []


async def test_p17_edits_of_every_kind_at_once_are_all_kept(till: Till) -> None:
    cart_id = await till.cart({"ebook": 3}, None)
    before = await till.value(VERSION, cart_id)
    writes = [add(till, cart_id, pen=1, mug=1), add(till, cart_id, pen=2), add(till, cart_id, kit=1)]
    codes = [till.database.transact(lambda s: change_promotions(s, cart_id, Codes(replace=()))) for _ in range(3)]
    await asyncio.gather(*writes, *codes)
    assert await lines(till, cart_id) == {"ebook": 3, "kit": 1, "mug": 1, "pen": 3}
    assert await audit_cart(till.database, cart_id) == []
    assert await till.value(VERSION, cart_id) == before + 6


async def test_p17_mutation_without_the_lock_an_edit_is_lost(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operations.take_lock._LOCK", "SELECT FROM cart WHERE id = $1")
    cart_id = await till.cart({"pen": 1}, None)
    both = asyncio.Barrier(2)

    async def together(session: AsyncSession, id_: str, told: Told, codes: Codes) -> LoadedCart:
        loaded = await load_cart(session, id_, told, codes)
        async with asyncio.timeout(5):
            await both.wait()
        return loaded

    monkeypatch.setattr("operations.lock_cart.load_cart", together)
    await asyncio.gather(add(till, cart_id, pen=1), add(till, cart_id, pen=1))
    assert await lines(till, cart_id) == {"pen": 2}, "two adds of one to one pen make three"


@asynccontextmanager
async def held(till: Till, cart_id: str) -> AsyncIterator[None]:
    """Let somebody have the cart's lock, and do nothing with it."""
    has, end = asyncio.Event(), asyncio.Event()

    async def hold(session: AsyncSession) -> None:
        await take_lock(session, cart_id)
        has.set()
        await end.wait()

    holder = asyncio.create_task(till.database.transact(hold))
    await has.wait()
    yield
    end.set()
    await holder


async def refusals(till: Till, monkeypatch: pytest.MonkeyPatch | None = None) -> list[int]:
    """Let four come one after the other to a cart that is held, and return the order in which they give up."""
    cart_id = await till.cart({"pen": 1}, None)
    if monkeypatch is not None:
        monkeypatch.setattr("operations.take_lock._LOCK", ROW_ONLY)
    given_up: list[int] = []

    async def come(number: int) -> None:
        await asyncio.sleep(number * 0.5)
        with pytest.raises(CommerceError, match="You may retry the request") as refused:
            await add(till, cart_id, pen=1)
        assert (refused.value.type, refused.value.code) == ("conflict", "invalid_state_error")
        given_up.append(number)

    async with held(till, cart_id):
        await asyncio.gather(*[come(number) for number in range(4)])
    await add(till, cart_id, pen=1)
    assert await lines(till, cart_id) == {"pen": 2}
    return given_up


async def test_p17_who_waits_for_a_hanging_holder_gives_up_after_the_same_time(till: Till) -> None:
    """Nobody waits longer than `lock_timeout`: so who came first is the first to be told."""
    async with till.database.reading() as connection:
        shown = await run(connection, "SELECT current_setting('lock_timeout') AS it")
    assert shown[0].it == "2s"
    assert await refusals(till) == [0, 1, 2, 3]


async def test_p17_mutation_without_a_turn_the_second_waits_twice(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """He waits to be the next, and then for the holder, each time for 2 s; who comes later is told before him."""
    assert await refusals(till, monkeypatch) == [0, 2, 3, 1]


async def test_p17_a_killed_holder_blocks_nobody(till: Till, database_url: str) -> None:
    cart_id = await till.cart({"pen": 1}, None)
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, database_url, cart_id, stdout=PIPE)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    waiting = [asyncio.create_task(add(till, cart_id, pen=1)) for _ in range(10)]
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in waiting)
    holder.kill()
    await holder.wait()
    await asyncio.gather(*waiting)  # none of them was refused: the lock went with its holder
    assert await lines(till, cart_id) == {"pen": 11}


async def test_p17_a_holder_that_hangs_is_ended(till: Till, database_url: str) -> None:
    """A process that was stopped, or cut off, in the middle of a transaction: PostgreSQL ends it."""
    async with till.database.reading() as connection:
        shown = await run(connection, "SELECT current_setting('idle_in_transaction_session_timeout') AS it")
    assert shown[0].it == "10s"
    cart_id = await till.cart({"pen": 1}, None)
    other = Database(database_url, pool_size=1)
    has = asyncio.Event()

    async def hang(session: AsyncSession) -> None:
        await run(session, "SET idle_in_transaction_session_timeout = '700ms'")
        await take_lock(session, cart_id)
        has.set()
        await asyncio.Event().wait()

    holder = asyncio.create_task(other.transact(hang))
    await has.wait()
    await add(till, cart_id, pen=1)  # waits for its turn, and gets it
    holder.cancel()
    await asyncio.gather(holder, return_exceptions=True)
    await other.close()
    assert await lines(till, cart_id) == {"pen": 2}


async def test_p17_mutation_without_the_timeout_a_hanging_holder_stops_the_cart(till: Till) -> None:
    cart_id = await till.cart({"pen": 1}, None)
    async with held(till, cart_id):
        with pytest.raises(CommerceError, match="You may retry the request"):
            await add(till, cart_id, pen=1)
