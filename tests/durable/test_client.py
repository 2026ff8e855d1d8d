"""Reaching a workflow: bounded waits, clear refusals, and starts that are the same start."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from temporalio.exceptions import ApplicationError

from durable.attention import CART_ID
from durable.client import DOWN, UNDECIDED, Durable, Question, connect
from durable.errors import as_commerce_error, as_failure
from durable.queues import BACKGROUND, CHECKOUT, MONEY
from durable.search_attributes import ensure_search_attributes
from durable.workers import Crew, build_worker
from kit.errors import CommerceError, conflict, not_allowed, unavailable
from tests.support.asked import Asked


def question(say: str, within: float = 30.0) -> Question[str]:
    return Question("outcome", say, str, within)


@asynccontextmanager
async def served(temporal: str) -> AsyncIterator[Durable]:
    prefix = f"{uuid4().hex}-"
    client = await connect(temporal, "default")
    await ensure_search_attributes(client)
    crew = Crew({CHECKOUT: (Asked,), MONEY: (), BACKGROUND: ()}, [])
    async with build_worker(client, CHECKOUT, crew, prefix=prefix):
        yield Durable(temporal, queue_prefix=prefix)


@pytest.fixture
def cart_id() -> str:
    return f"cart_{uuid4().hex}"


async def test_the_answer_of_the_update_comes_back(temporal: str, cart_id: str) -> None:
    async with served(temporal) as durable:
        found = {CART_ID: cart_id}
        asked = await durable.ask("complete-cart", cart_id, {}, question("order"), search=found)
        assert asked == "order for the first time"
        again = await durable.ask("complete-cart", cart_id, {}, question("order"))
        assert again == "order for the first time", "a closed run starts anew: a decline is never replayed"


async def test_parallel_asks_meet_in_one_run(temporal: str, cart_id: str) -> None:
    async with served(temporal) as durable:
        asks = [durable.ask("complete-cart", cart_id, {}, question("wait")) for _ in range(5)]
        answers = sorted(await asyncio.gather(*asks))
        assert answers == [f"wait, asked {n}" for n in range(1, 6)]


async def test_a_late_answer_is_undecided_and_the_run_goes_on(temporal: str, cart_id: str) -> None:
    async with served(temporal) as durable:
        with pytest.raises(CommerceError, match=UNDECIDED) as refused:
            await durable.ask("complete-cart", cart_id, {}, question("never", within=0.5))
        assert refused.value.type == "conflict"
        with pytest.raises(CommerceError, match=UNDECIDED):
            await durable.closed("complete-cart", cart_id, within=0.2)
        assert await durable.ask("complete-cart", cart_id, {}, question("end")) == "end"
        await durable.closed("complete-cart", cart_id, within=30)
        assert await durable.result("complete-cart", cart_id, str, within=30) == "asked 2 times"


async def test_a_refusal_keeps_type_words_and_code(temporal: str, cart_id: str) -> None:
    async with served(temporal) as durable:
        with pytest.raises(CommerceError) as refused:
            await durable.ask("complete-cart", cart_id, {}, question("refuse"))
        assert (refused.value.type, refused.value.message, refused.value.code) == ("not_allowed", "No.", "c0de")


async def test_temporal_down_is_said_before_anything_is_changed(cart_id: str) -> None:
    durable = Durable("127.0.0.1:9")
    assert not await durable.is_healthy()
    with pytest.raises(CommerceError, match=DOWN) as refused:
        await durable.ask("complete-cart", cart_id, {}, question("order"))
    assert refused.value.type == "unavailable"
    assert refused.value.retry_after
    with pytest.raises(CommerceError, match=DOWN):
        await durable.start("complete-cart", cart_id, {})


async def test_an_address_that_swallows_everything_is_away_too() -> None:
    """A host that is off answers nothing at all, neither yes nor no."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # connections are accepted by the kernel, read by nobody
        async with asyncio.timeout(20):
            assert not await Durable(f"127.0.0.1:{deaf.getsockname()[1]}").is_healthy()


class TestRefusalsThroughTemporal:
    @pytest.mark.parametrize("error", [not_allowed("No.", "c0de"), conflict("busy"), unavailable("down", 3)])
    def test_there_and_back(self, error: CommerceError) -> None:
        back = as_commerce_error(RuntimeError("wrapped"))
        assert back is None
        outer = RuntimeError("an activity failed")
        outer.__cause__ = as_failure(error)
        back = as_commerce_error(outer)
        assert back is not None
        assert vars(back) == vars(error)

    def test_only_what_passes_by_itself_is_retried(self) -> None:
        assert as_failure(not_allowed("No.")).non_retryable
        assert as_failure(conflict("An attempt is open.")).non_retryable
        assert not as_failure(unavailable("down", 3)).non_retryable
        lost = conflict("busy")
        lost.__cause__ = ConnectionResetError()
        assert not as_failure(lost).non_retryable

    def test_a_failure_of_another_kind_is_none(self) -> None:
        assert as_commerce_error(ApplicationError("x", {"code": 1}, type="not_allowed")) is None
