"""Promise 4: the key is committed before the call and repeated while the outcome is unknown: one effect, ever."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest

from commerce.checkout.outcome import OutcomeKind
from commerce.payment.port import SessionRequest
from kit.errors import CommerceError
from providers.sandbox.client import Answer, SandboxClient
from providers.sandbox.log import read
from providers.sandbox.payment import SandboxPayments
from tests.promises.till import Till, fake
from tests.support.durable import until
from tests.support.sandbox import Sandbox

CARD, BROWSER = "pp_sandbox_sandbox", "pp_sandbox_browser"
FAULTS = ["apply_then_timeout", "error_after", "late_landing", "reset", "slow"]


def keys(till: Till, call: str, session_id: str) -> list[str]:
    """Return the keys under which the sandbox was asked for `call` of the session, each once."""
    assert till.log is not None
    answers = [entry.answer.key for entry in read(till.log) if entry.answer is not None]
    return [key for key in answers if key.startswith(f"{call}:{session_id}")]


async def buy(till: Till, cart_id: str) -> None:
    """Press until there is an order, as a shopper does who is told to try again."""
    for _ in range(5):
        if (await till.press(cart_id)).order_id is not None:
            return
        await till.rest()
    raise AssertionError("five tries, and no order")


@pytest.mark.parametrize("fault", FAULTS)
async def test_p04_an_unknown_outcome_has_one_effect(sandbox_till: Till, fault: str) -> None:
    """The provider applies and is silent, applies and answers 500 for ever, lands late, resets, dawdles."""
    cart_id = await sandbox_till.cart({"mug": 1}, CARD, behavior=f"authorise={fault}")
    session_id = await sandbox_till.value("SELECT id FROM payment_session")
    await buy(sandbox_till, cart_id)
    await sandbox_till.rest()
    assert [effect.kind for effect in sandbox_till.effects(session_id)] == ["create", "authorise"]
    assert keys(sandbox_till, "authorise", session_id) == [f"authorise:{session_id}"]
    assert await sandbox_till.wrong() == []


@pytest.mark.parametrize("fault", FAULTS)
async def test_p04_a_session_that_was_opened_in_doubt_is_one_and_ends(
    sandbox_till: Till, shared_sandbox: Sandbox, fault: str
) -> None:
    """Nothing that the shopper's browser does later can make it hold money."""
    session_id = await doubtful_session(sandbox_till, fault)
    await sandbox_till.rest()
    await confirm_late(sandbox_till, shared_sandbox, session_id)
    assert len([effect for effect in sandbox_till.effects(session_id) if effect.kind == "create"]) == 1
    assert await sandbox_till.wrong() == []
    cart_id = await sandbox_till.value("SELECT id FROM cart")
    await sandbox_till.session(cart_id, CARD)
    assert (await sandbox_till.press(cart_id)).order_id is not None, "the cart is usable with another session"


async def doubtful_session(till: Till, fault: str) -> str:
    with suppress(CommerceError):
        await till.cart({"mug": 1}, BROWSER, behavior=f"create={fault}")
    id_: str = await till.value("SELECT id FROM payment_session")
    return id_


async def confirm_late(till: Till, sandbox: Sandbox, session_id: str) -> None:
    """Pay every intent that this session has at the provider."""
    for intent in {effect.intent for effect in till.effects(session_id)}:
        sandbox.confirm(intent)


async def test_p04_mutation_a_fresh_key_for_each_try_has_two(
    sandbox_till: Till, shared_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = SandboxClient.post

    async def fresh(self: SandboxClient, path: str, key: str, body: dict[str, Any], seconds: float) -> Answer:
        return await post(self, path, f"{key}:{uuid4().hex}", body, seconds)

    monkeypatch.setattr(SandboxClient, "post", fresh)
    session_id = await doubtful_session(sandbox_till, "apply_then_timeout")
    with suppress(TimeoutError):
        await sandbox_till.rest(within=2)
    await confirm_late(sandbox_till, shared_sandbox, session_id)
    assert any("two intents" in sentence for sentence in await sandbox_till.wrong())
    assert any("0 explained by an order" in sentence for sentence in await sandbox_till.wrong())


async def test_p04_a_worker_that_dies_before_the_answer(sandbox_till: Till) -> None:
    """The provider has applied; whoever takes over repeats the key and hears of the same effect."""
    cart_id = await sandbox_till.cart({"mug": 1}, CARD, behavior="authorise=slow")
    session_id = await sandbox_till.value("SELECT id FROM payment_session")
    dying = sandbox_till.world.start("complete-cart", cart_id)

    async def has_applied() -> bool:
        return len(sandbox_till.effects(session_id)) > 1

    await until(has_applied, "the provider has applied the call")
    assert dying.task is not None
    dying.task.cancel()
    await asyncio.gather(dying.task, return_exceptions=True)
    assert (await sandbox_till.press(cart_id)).order_id is not None
    await sandbox_till.rest()
    assert [effect.kind for effect in sandbox_till.effects(session_id)] == ["create", "authorise"]
    assert await sandbox_till.wrong() == []


async def test_p04_the_key_is_committed_before_the_call(sandbox_till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another connection sees the session's row, whose id is the key, while the provider is being asked."""
    seen: list[str] = []
    create, authorise = SandboxPayments.create_session, SandboxPayments.authorise

    def watched(call: Any) -> Any:  # noqa: ANN401 - the two calls have two results
        async def look(self: SandboxPayments, request: SessionRequest) -> object:
            sql = "SELECT fate FROM payment_session WHERE id = $1 AND key_number = 1"
            seen.append(await sandbox_till.value(sql, request.key))
            return await call(self, request)

        return look

    monkeypatch.setattr(SandboxPayments, "create_session", watched(create))
    monkeypatch.setattr(SandboxPayments, "authorise", watched(authorise))
    cart_id = await sandbox_till.cart({"mug": 1}, CARD)
    assert (await sandbox_till.press(cart_id)).order_id is not None
    assert seen == ["creating", "open"]


async def test_p04_a_new_key_only_after_proof_of_no_effect(till: Till) -> None:
    """A raised decline is such proof: the next try has a key of its own, or it would hear the old answer."""
    cart_id = await till.cart({"mug": 1}, "pp_keys")
    provider = fake(till, "pp_keys")
    provider.moods.decline = 1.0
    assert (await till.press(cart_id)).kind == OutcomeKind.RAISED
    provider.moods.decline = 0.0
    assert (await till.press(cart_id)).order_id is not None
    session_id = await till.value("SELECT id FROM payment_session")
    assert provider.answers == {session_id: "declined", f"{session_id}:2": "done"}
    await till.rest()
    assert await till.wrong() == []
