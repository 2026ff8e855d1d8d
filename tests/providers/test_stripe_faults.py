"""Every fault of every call that moves money: repeated as a workflow does, it has one effect and ends in an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar
from uuid import uuid4

import pytest
import stripe

from commerce.payment.models import SessionStatus
from commerce.payment.port import Declined, Holding, PaymentRequest, Refused, SessionRequest, Unknown
from providers.sandbox.audit import audit, impossible
from providers.stripe.payment import StripePayments
from providers.stripe.refunds import RefundCalls
from tests.support.sandbox import Ask, Money, opened
from tests.support.stand_in import StandIn
from tests.support.stripe import confirm, seen, stripe_payments

T = TypeVar("T")

TORN = ["reset_before", "reset_after", "late_landing", "apply_then_timeout", "error_after", "outage", "rate_limited"]
RELEASING = ["payment_intents.cancel", "refunds.create"]
SECONDS = {"late_landing": 0.4, "apply_then_timeout": 3, "slow": 3}
PRICE, FIVE = Decimal("12.50"), Decimal(5)


@pytest.fixture
async def hasty(stripe_server: StandIn) -> AsyncIterator[StripePayments]:
    """Return a client that gives up while the stand-in hangs."""
    provider = stripe_payments(stripe_server, seconds=0.6)
    yield provider
    await provider.close()


def fault(call: str, kind: str, times: int | None = 1) -> dict[str, object]:
    return {"call": call, "kind": kind, "times": times, "seconds": SECONDS.get(kind, 1)}


async def insisting(call: Callable[[], Awaitable[T]]) -> T:
    """Repeat while the outcome is unknown, as a workflow does with the same key."""
    for _ in range(60):
        try:
            return await call()
        except Unknown:
            await asyncio.sleep(0.05)
    raise AssertionError("it never became known")


async def held(stripe: StripePayments, server: StandIn, request: SessionRequest) -> SessionRequest:
    session = await opened(stripe, request)
    confirm(server, session.data)
    return session


async def taken(stripe: StripePayments, server: StandIn, request: SessionRequest, money: Money) -> SessionRequest:
    session = await held(stripe, server, request)
    await stripe.capture(money(session, str(session.reference), "12.50", "capture"))
    return session


@pytest.mark.parametrize("kind", TORN)
async def test_a_session_is_made_once(hasty: StripePayments, stripe_server: StandIn, ask: Ask, kind: str) -> None:
    request = ask()
    stripe_server.turn(fault("payment_intents.create", kind))
    made = await insisting(lambda: hasty.create_session(request))
    assert (await hasty.create_session(request)).reference == made.reference
    assert len(audit(stripe_server.log)[request.session_id]) == 1
    assert confirm(stripe_server, made.data).status_code == 200


@pytest.mark.parametrize("kind", TORN)
async def test_an_update_is_what_is_paid(hasty: StripePayments, stripe_server: StandIn, ask: Ask, kind: str) -> None:
    session = await opened(hasty, ask())
    dearer = replace(session, amount=Decimal(20), key=f"{session.key}:2")
    stripe_server.turn(fault("payment_intents.update", kind))
    assert (await insisting(lambda: hasty.update_session(dearer))).data["amount"] == 2000
    confirm(stripe_server, session.data)
    assert (await hasty.authorise(dearer)).held == Decimal(20)


@pytest.mark.parametrize("kind", TORN)
async def test_p04_stripe_money_is_captured_once(
    hasty: StripePayments, stripe_server: StandIn, ask: Ask, money: Money, kind: str
) -> None:
    session = await held(hasty, stripe_server, ask())
    wish = money(session, str(session.reference), "5", "capture")
    stripe_server.turn(fault("payment_intents.capture", kind))
    assert (await insisting(lambda: hasty.capture(wish))).amount == FIVE
    found = await hasty.status(session)
    assert (found.captured, [one.key for one in found.captures]) == (FIVE, [wish.key])
    assert impossible(stripe_server.log) == []


@pytest.mark.parametrize("kind", TORN)
async def test_p04_stripe_money_is_refunded_once(
    hasty: StripePayments, stripe_server: StandIn, ask: Ask, money: Money, kind: str
) -> None:
    session = await taken(hasty, stripe_server, ask(), money)
    wish = money(session, str(session.reference), "5", "refund")
    stripe_server.turn(fault("refunds.create", kind))
    assert (await insisting(lambda: hasty.refund(wish))).amount == FIVE
    found = await hasty.status(session)
    assert (found.refunded, [one.key for one in found.refunds]) == (FIVE, [wish.key])
    assert impossible(stripe_server.log) == []


@pytest.mark.parametrize("kind", TORN)
async def test_a_hold_is_freed(
    hasty: StripePayments, stripe_server: StandIn, ask: Ask, money: Money, kind: str
) -> None:
    session = await held(hasty, stripe_server, ask())
    stripe_server.turn(fault("payment_intents.cancel", kind))
    freed = await insisting(lambda: hasty.cancel(money(session, str(session.reference), "12.50", "cancel")))
    assert freed.amount == PRICE
    assert (await hasty.status(session)).holding == Holding.RELEASED


@pytest.mark.parametrize("what", [f"{call} {kind}" for call in RELEASING for kind in TORN])
async def test_a_session_is_released_once(
    hasty: StripePayments, stripe_server: StandIn, ask: Ask, money: Money, what: str
) -> None:
    session = await held(hasty, stripe_server, ask())
    if what.startswith("refunds"):
        await hasty.capture(money(session, str(session.reference), "12.50", "capture"))
    stripe_server.turn(fault(*what.split()))
    released = await insisting(lambda: hasty.release(session))
    assert released.voided + released.refunded == PRICE
    assert await hasty.release(session) == released
    assert not audit(stripe_server.log)[session.session_id][0].is_holding
    assert impossible(stripe_server.log) == []


@pytest.mark.parametrize("kind", ["late_landing", "reset_after", "apply_then_timeout", "error_after"])
async def test_a_session_whose_making_was_never_answered_is_released(
    hasty: StripePayments, stripe_server: StandIn, ask: Ask, kind: str
) -> None:
    request = ask()
    stripe_server.turn(fault("payment_intents.create", kind))
    with pytest.raises(Unknown):
        await hasty.create_session(request)
    released = await insisting(lambda: hasty.release(request))
    intents = audit(stripe_server.log)[request.session_id]
    assert [one.intent for one in intents] == [released.reference]
    assert intents[0].is_canceled


async def test_an_outage_that_made_nothing_is_released_as_nothing(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask
) -> None:
    request = ask()
    stripe_server.turn(fault("payment_intents.create", "error_before"))
    with pytest.raises(Unknown):
        await stripe.create_session(request)
    with pytest.raises(Refused):
        await stripe.create_session(request)
    assert (await stripe.release(request)).reference is None
    assert request.session_id not in audit(stripe_server.log)


@pytest.mark.parametrize("call", ["payment_intents.capture", "refunds.create"])
async def test_an_outage_that_moved_nothing_is_told_after_a_look(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money, call: str
) -> None:
    def under(key: str) -> Callable[[], Awaitable[object]]:
        name = "capture" if call.startswith("payment") else "refund"
        return lambda: getattr(stripe, name)(money(session, str(session.reference), "5", key))

    is_capture = call.startswith("payment")
    session = await (held(stripe, stripe_server, ask()) if is_capture else taken(stripe, stripe_server, ask(), money))
    stripe_server.turn(fault(call, "error_before"))
    with pytest.raises(Unknown):
        await under("first")()
    with pytest.raises(Refused):  # the key repeats the outage for a day, and nothing was done under it
        await under("first")()
    await under("second")()
    assert impossible(stripe_server.log) == []


async def test_a_key_in_use_is_waited_for(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    hasty = stripe_payments(stripe_server, seconds=0.3)
    session = await taken(stripe, stripe_server, ask(), money)
    stripe_server.turn({"call": "refunds.create", "kind": "slow", "times": 1, "seconds": 1})
    wish = money(session, str(session.reference), "5", "refund")
    with pytest.raises(Unknown, match="did not answer"):
        await hasty.refund(wish)
    with pytest.raises(Unknown, match="in-progress"):
        await stripe.refund(wish)
    assert (await insisting(lambda: stripe.refund(wish))).amount == FIVE
    assert impossible(stripe_server.log) == []
    await hasty.close()


@pytest.mark.parametrize("kind", ["reset_before", "outage", "rate_limited", "slow"])
async def test_a_look_that_fails_leaves_it_unknown(
    hasty: StripePayments, stripe_server: StandIn, ask: Ask, money: Money, kind: str
) -> None:
    session = await held(hasty, stripe_server, ask())
    wish = money(session, str(session.reference), "5", "capture")
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: hasty.status(session),
        lambda: hasty.authorise(session),
        lambda: hasty.capture(wish),
        lambda: hasty.refund(wish),
        lambda: hasty.release(session),
    ]
    for call in calls:
        stripe_server.turn(fault("payment_intents.retrieve", kind, None))
        with pytest.raises(Unknown):
            await call()
    stripe_server.turn()
    assert (await hasty.authorise(session)).status == SessionStatus.AUTHORIZED


async def test_bad_credentials_need_a_person_and_are_not_told_on(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    session = await held(stripe, stripe_server, ask())
    wish = money(session, str(session.reference), "5", "capture")
    stripe_server.turn(fault("*", "refuse", None))
    for call in (stripe.create_session, stripe.authorise, stripe.status, stripe.release):
        with pytest.raises(Refused, match="EURYALE_STRIPE_API_KEY") as refusal:
            await call(session)
        assert "sk_test" not in str(refusal.value)
    with pytest.raises(Refused):
        await stripe.capture(wish)


async def test_nobody_there_is_unknown(ask: Ask, stripe_server: StandIn) -> None:
    stripe = stripe_payments(stripe_server, stripe_base_url="http://127.0.0.1:9")
    with pytest.raises(Unknown, match="did not answer"):
        await stripe.create_session(ask())
    with pytest.raises(Unknown):
        await stripe.status(replace(ask(), reference="pi_x"))
    await stripe.close()


@pytest.mark.parametrize("name", ["capture", "refund"])
async def test_p04_stripe_past_its_key_is_asked_and_not_sent_again(
    hasty: StripePayments, stripe_server: StandIn, ask: Ask, money: Money, name: str
) -> None:
    session = await (
        held(hasty, stripe_server, ask()) if name == "capture" else taken(hasty, stripe_server, ask(), money)
    )
    call = "payment_intents.capture" if name == "capture" else "refunds.create"
    wish: PaymentRequest = money(session, str(session.reference), "5", name)
    stripe_server.turn(fault(call, "apply_then_timeout"))
    with pytest.raises(Unknown):
        await getattr(hasty, name)(wish)
    stripe_server.act("/clock", advance=25 * 3600)
    before = stripe_server.log.read_text().count('"stored"')
    assert (await getattr(hasty, name)(wish)).amount == FIVE
    assert stripe_server.log.read_text().count('"stored"') == before  # a look, and no second POST
    assert impossible(stripe_server.log) == []


async def test_p04_mutation_a_key_that_is_believed_for_ever_refunds_twice(
    hasty: StripePayments, stripe_server: StandIn, ask: Ask, money: Money, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unseen(*_: object) -> None:
        return None

    session = await taken(hasty, stripe_server, ask(), money)
    wish = money(session, str(session.reference), "5", "refund")
    await hasty.refund(wish)
    monkeypatch.setattr(RefundCalls, "_made_by", unseen)
    stripe_server.act("/clock", advance=25 * 3600)
    await hasty.refund(wish)
    assert (await hasty.status(session)).refunded == FIVE + FIVE


async def test_p04_mutation_a_fresh_key_at_stripe_refunds_twice(
    hasty: StripePayments, stripe_server: StandIn, ask: Ask, money: Money, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = stripe.RefundService.create_async

    async def fresh(self: stripe.RefundService, params: object, options: dict[str, str]) -> stripe.Refund:
        return await create(self, params, {"idempotency_key": f"{options['idempotency_key']}:{uuid4().hex}"})

    session = await taken(hasty, stripe_server, ask(), money)
    wish = money(session, str(session.reference), "5", "refund")
    monkeypatch.setattr(stripe.RefundService, "create_async", fresh)
    stripe_server.turn(fault("refunds.create", "late_landing"))
    await insisting(lambda: hasty.refund(wish))
    for _ in range(50):
        if (await hasty.status(session)).refunded == FIVE + FIVE:
            break
        await asyncio.sleep(0.1)
    assert (await hasty.status(session)).refunded == FIVE + FIVE


async def test_a_key_with_other_parameters_is_found_by_its_session(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask
) -> None:
    request = ask()
    made = await stripe.create_session(request)
    other = stripe_payments(stripe_server, stripe_capture="automatic")  # a setting that was changed in between
    assert (await other.create_session(request)).reference == made.reference
    assert (await other.release(request)).reference == made.reference
    assert seen(stripe_server, f"payment_intents/{made.reference}")["status"] == "canceled"
    await other.close()


async def test_a_decline_is_not_repeated(
    stripe: StripePayments, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    session = await held(stripe, stripe_server, ask())
    await stripe.release(session)
    for _ in range(2):
        with pytest.raises(Declined):
            await stripe.capture(money(session, str(session.reference), "5", "capture"))
