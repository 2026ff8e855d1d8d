"""Every call to PayPal and every way in which it can go wrong: one effect, or a plain answer that there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

import httpx2
import pytest

from commerce.payment.models import SessionStatus
from commerce.payment.port import PaymentRequest, Refused, SessionRequest, Unknown
from providers.paypal.calls import PayPalCalls
from providers.paypal.payment import PayPalPayments
from providers.sandbox import audit
from tests.support.paypal import PayPalServer
from tests.support.sandbox import Ask, Money, opened

PRICE = Decimal("12.50")
NOT_DONE = ("reset_before", "outage", "too_many", "late_landing")
DONE = ("reset_after", "error_after", "error_once", "apply_then_timeout")
SLOW = ("slow",)
EFFECTS = {"authorize": "authorise", "capture": "capture", "void": "void", "refund": "refund", "create": "create"}

Call = Callable[[PayPalPayments], Awaitable[Any]]


class Life:
    """A session on its way, brought to just before one of the calls."""

    def __init__(self, calm: PayPalPayments, stand_in: PayPalServer, ask: Ask, money: Money) -> None:
        self.calm, self.stand_in, self.money = calm, stand_in, money
        self.session: SessionRequest = ask()

    async def before(self, call: str) -> Call:
        if call == "create":
            return lambda by: by.create_session(self.session)
        self.session = await opened(self.calm, self.session)
        self.stand_in.shopper(self.session.reference)
        if call == "authorize":
            return lambda by: by.authorise(self.session)
        self.session = replace(self.session, data=(await self.calm.authorise(self.session)).data)
        wish = self.wish()
        if call == "capture":
            return lambda by: by.capture(wish)
        if call == "void":
            return lambda by: by.cancel(wish)
        await self.calm.capture(replace(wish, key=f"{wish.key}/first"))
        return lambda by: by.refund(wish)

    def wish(self, amount: str = "12.50") -> PaymentRequest:
        assert self.session.reference is not None
        return self.money(self.session, self.session.reference, amount, "key")

    def effects(self, call: str) -> list[str]:
        return self.stand_in.moved(self.session, EFFECTS[call])


@pytest.fixture
def life(buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask, money: Money) -> Life:
    return Life(buttons, stand_in, ask, money)


@pytest.mark.parametrize("call", EFFECTS)
@pytest.mark.parametrize("mood", [*NOT_DONE, *DONE, *SLOW])
async def test_p04_paypal_a_call_that_went_wrong_has_one_effect(
    call: str, mood: str, life: Life, impatient: PayPalPayments, stand_in: PayPalServer
) -> None:
    done = await life.before(call)
    await impatient.status(life.session)  # it has a token: the moods below are for the call alone
    stand_in.next(f"{call}={mood}")
    with pytest.raises(Unknown):
        await done(impatient)
    if mood == "error_after" and call == "create":
        with pytest.raises(Unknown):  # its key repeats the outage, and PayPal cannot be asked for an order by our id
            await done(life.calm)
        return
    await asyncio.sleep(0.25 if mood == "late_landing" else 0)
    first = await until_known(done, life.calm)
    assert first == await done(life.calm)
    assert life.effects(call) == ["12.50"]
    assert audit.impossible(stand_in.log) == []


@pytest.mark.parametrize("call", ["capture", "refund"])
async def test_p04_mutation_a_fresh_key_at_paypal_moves_money_twice(
    call: str, life: Life, stand_in: PayPalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = count()
    send = getattr(PayPalCalls, call)

    async def with_a_fresh_key(calls: PayPalCalls, there: str, key: str, *more: object) -> object:
        return await send(calls, there, f"{key}-{next(tries)}", *more)

    await life.before(call)
    half = life.wish("6")  # so that there is enough for two
    monkeypatch.setattr(PayPalCalls, call, with_a_fresh_key)
    stand_in.next(f"{call}=reset_after")
    move = getattr(life.calm, call)
    with pytest.raises(Unknown):
        await move(half)
    await move(half)
    assert life.effects(call)[-2:] == ["6.00", "6.00"], "what the test above must not see"


@pytest.mark.parametrize("call", EFFECTS)
async def test_a_call_that_paypal_forbids_is_a_persons_matter(call: str, life: Life, stand_in: PayPalServer) -> None:
    done = await life.before(call)
    stand_in.next(f"{call}=refuse")
    with pytest.raises(Refused, match="403 PERMISSION_DENIED"):
        await done(life.calm)
    assert life.effects(call) == []


@pytest.mark.parametrize("mood", ["reset_before", "outage", "too_many", "error_once", "apply_then_timeout", "slow"])
async def test_a_question_without_an_answer_moves_nothing(
    mood: str, life: Life, impatient: PayPalPayments, stand_in: PayPalServer
) -> None:
    done = await life.before("capture")
    await impatient.status(life.session)
    stand_in.next(f"get={mood}")
    with pytest.raises(Unknown):
        await done(impatient)
    assert life.effects("capture") == []
    stand_in.next(f"get={mood}")
    with pytest.raises(Unknown):
        await impatient.status(life.session)


async def test_a_decline_that_is_kept_under_its_key_is_left_behind_by_the_next_key(
    life: Life, stand_in: PayPalServer
) -> None:
    done = await life.before("authorize")
    stand_in.next("authorize=decline")
    with pytest.raises(Exception, match="declined"):
        await done(life.calm)
    stand_in.shopper(life.session.reference)
    with pytest.raises(Exception, match="declined"):  # PayPal replays the answer of the key
        await done(life.calm)
    again = replace(life.session, key=f"{life.session.key}:2")
    assert (await life.calm.authorise(again)).status == SessionStatus.AUTHORIZED
    assert life.effects("authorize") == ["12.50"]


async def test_two_at_once_hold_the_money_once(life: Life) -> None:
    done = await life.before("authorize")
    answers = await asyncio.gather(done(life.calm), done(life.calm), done(life.calm), return_exceptions=True)
    assert {getattr(one, "status", None) for one in answers} == {SessionStatus.AUTHORIZED}
    assert life.effects("authorize") == ["12.50"]


async def test_a_crash_of_paypal_forgets_no_answer_and_no_money(life: Life, stand_in: PayPalServer) -> None:
    done = await life.before("capture")
    first = await done(life.calm)
    stand_in.restart()
    assert await done(life.calm) == first
    assert life.effects("capture") == ["12.50"]
    assert (await life.calm.status(life.session)).captured == PRICE


async def test_an_answer_that_is_none_is_unknown(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    done = await life.before("capture")
    for content in (b"<html>", b'{"id": 1}', b"[]", b'{"purchase_units": [{}]}'):
        answer = httpx2.Response(200, content=content)

        async def mumbled(*_: object, answer: httpx2.Response = answer, **__: object) -> httpx2.Response:
            return answer

        with monkeypatch.context() as patched:
            patched.setattr(life.calm._client._http, "request", mumbled)
            with pytest.raises(Unknown):
                await done(life.calm)
    assert life.effects("capture") == []


async def until_known(done: Call, by: PayPalPayments) -> object:
    """Repeat the call, as a workflow does, until it is known what became of it."""
    for _ in range(50):
        try:
            return await done(by)
        except Unknown:
            await asyncio.sleep(0.1)
    return await done(by)
