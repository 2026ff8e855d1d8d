"""Promise 4 for captures and refunds: one wish, one key, one effect; another key only with proof of none."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from commerce.payment.models import MoneyState
from commerce.payment.port import PaymentRequest, PaymentResult
from durable import ids
from kit.db import Database, run
from operations.settle_movement import Kind
from providers.sandbox.client import Answer, SandboxClient
from providers.sandbox.log import Effect, read
from providers.sandbox.payment import SandboxPayments
from tests.support.counter import NAMES, Counter, books_of, counter_of
from tests.support.durable import parked, until
from tests.support.fake_money import FakeMoney, MoneyMoods
from tests.support.sandbox import Sandbox

FAULTS = ["apply_then_timeout", "error_after", "late_landing", "reset", "slow"]
KINDS: tuple[Kind, ...] = ("capture", "refund")


@pytest.fixture
async def card(shared_sandbox: Sandbox) -> AsyncIterator[SandboxPayments]:
    """Yield the sandbox's provider, whose client gives up soon."""
    made = SandboxPayments(shared_sandbox.url, session_seconds=5, money_seconds=0.5)
    yield made
    await made.close()


def effects(sandbox: Sandbox, session: str, kind: str) -> list[Effect]:
    return [e for entry in read(sandbox.log) for e in entry.effects if (e.session, e.kind) == (session, kind)]


async def ready(counter: Counter, kind: Kind, behavior: str) -> str:
    """Return a payment of which `kind` is next."""
    payment = await counter.payment({"behavior": behavior}, mug=2)
    if kind == "refund":
        assert await counter.move("capture", payment) is MoneyState.DONE
    return payment


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_p04_money_out_has_one_effect(  # noqa: PLR0917 - fixtures
    database: Database, temporal: str, shared_sandbox: Sandbox, card: SandboxPayments, fault: str, kind: Kind
) -> None:
    """The provider applies and is silent, applies and answers 500 for ever, lands late, resets, dawdles."""
    async with counter_of(database, temporal, card) as counter:
        payment = await ready(counter, kind, f"{kind}={fault}")
        id_ = await counter.begin(kind, payment, 5)
        assert (await counter.ask(kind, id_)).state is MoneyState.DONE
        session = await counter.value("SELECT payment_session_id FROM payment")
        assert [effect.key for effect in effects(shared_sandbox, session, kind)][-1:] == [f"{kind}:{id_}:1"]
        assert sum(effect.amount for effect in effects(shared_sandbox, session, kind) if effect.amount == 5) == 5
        assert await books_of(counter) == []


async def test_p04_mutation_a_fresh_key_for_each_try_refunds_twice(
    database: Database,
    temporal: str,
    shared_sandbox: Sandbox,
    card: SandboxPayments,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with counter_of(database, temporal, card) as counter:
        payment = await ready(counter, "refund", "refund=late_landing")
        post = SandboxClient.post

        async def fresh(self: SandboxClient, path: str, key: str, body: dict[str, Any], seconds: float) -> Answer:
            return await post(self, path, f"{key}:{uuid4().hex}", body, seconds)

        monkeypatch.setattr(SandboxClient, "post", fresh)
        id_ = await counter.begin("refund", payment, 5)
        asking = asyncio.create_task(counter.ask("refund", id_))
        session = await counter.value("SELECT payment_session_id FROM payment")

        async def twice() -> bool:
            return len(effects(shared_sandbox, session, "refund")) > 1

        await until(twice, "refunded twice")
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


@pytest.mark.parametrize("kind", KINDS)
async def test_p04_the_key_of_money_out_is_committed_before_the_call(
    database: Database, temporal: str, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    """Another connection sees the row and the number of its key while the provider is being asked."""
    seen: list[tuple[str, int]] = []
    call = getattr(FakeMoney, kind)
    async with counter_of(database, temporal, FakeMoney("pp_money", random.Random(1))) as counter:
        payment = await ready(counter, kind, "")

        async def look(self: FakeMoney, request: PaymentRequest) -> PaymentResult:
            id_, number = request.key.split(":")
            row = await counter.row(f"SELECT state, key_number FROM {kind} WHERE id = $1", id_)  # noqa: S608 - a table
            seen.append((row.state, row.key_number - int(number)))
            answer: PaymentResult = await call(self, request)
            return answer

        monkeypatch.setattr(FakeMoney, kind, look)
        assert await counter.move(kind, payment, 5) is MoneyState.DONE
    assert seen == [("pending", 0)]


async def age(counter: Counter, id_: str, hours: float) -> None:
    """Let the key of a capture be committed that long ago."""
    sql = "UPDATE capture SET keyed_at = now() - $2::float8 * interval '1 hour' WHERE id = $1"
    await counter.database.transact(lambda s: run(s, sql, id_, hours))


class TestAgedKey:
    async def test_p04_past_its_life_a_key_is_asked_about_and_not_repeated(
        self, database: Database, temporal: str
    ) -> None:
        money = FakeMoney("pp_money", random.Random(1), money=MoneyMoods(lost=1))
        async with counter_of(database, temporal, money) as counter:
            payment = await counter.payment(mug=2)
            id_ = await counter.begin("capture", payment, 5)
            session = await counter.value("SELECT payment_session_id FROM payment")
            money._apply("capture", _request(session, f"{id_}:1"))  # the answer was lost, long ago
            await age(counter, id_, 20.5)
            assert (await counter.ask("capture", id_)).state is MoneyState.DONE
            assert [call for call in money.calls if call[0] == "capture"] == []
            assert await books_of(counter) == []

    async def test_p04_with_proof_of_no_effect_the_next_key_is_tried(self, database: Database, temporal: str) -> None:
        money = FakeMoney("pp_money", random.Random(1))
        async with counter_of(database, temporal, money) as counter:
            id_ = await counter.begin("capture", await counter.payment(mug=2), 5)
            await age(counter, id_, 22)
            assert (await counter.ask("capture", id_)).state is MoneyState.DONE
            assert [call for call in money.calls if call[0] == "capture"] == [("capture", f"{id_}:2")]

    async def test_p04_without_proof_a_person_is_asked(self, database: Database, temporal: str) -> None:
        """No call is repeated and none is new: it may still be on its way."""
        money = FakeMoney("pp_money", random.Random(1))
        async with counter_of(database, temporal, money) as counter:
            id_ = await counter.begin("capture", await counter.payment(mug=2), 5)
            await age(counter, id_, 20.5)
            assert (await counter.ask("capture", id_, within=0.1)).state is None
            client = await counter.motor.durable.client()
            notice = await parked(client.get_workflow_handle(ids.workflow_id(NAMES["capture"], id_)))
            assert notice["answers"] == ["retry", "skip"]
            assert [call for call in money.calls if call[0] == "capture"] == []
            shown = await counter.value("SELECT attention FROM capture")
            assert shown == notice["reason"]


def _request(session: str, key: str) -> PaymentRequest:
    return PaymentRequest(session_id=session, key=key, reference="", amount=Decimal(5), currency_code="eur")
