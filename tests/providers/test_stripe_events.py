"""What Stripe tells: signed, rotated, too old, tampered with, listed; and the stand-in's own unreliable postman."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from commerce.payment.events import BadSignature, Delivery, PaymentEvents
from commerce.payment.port import Refused, Unknown
from kit import clock
from providers.sandbox.stripe.webhooks import signature
from providers.stripe.events import TOLD
from providers.stripe.payment import StripePayments
from tests.support.sandbox import Ask, Money, opened
from tests.support.stand_in import StandIn
from tests.support.stripe import SECRETS, confirm

OLD, NEW = SECRETS
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "type": "charge.refunded",
    "created": int(NOW.timestamp()) - 5,
    "data": {
        "object": {
            "id": "ch_1",
            "object": "charge",
            "payment_intent": "pi_1",
            "metadata": {"session_id": "payses_1", "name": "Müller"},
        }
    },
}
BODY = json.dumps(EVENT, ensure_ascii=False, indent=2).encode()


@pytest.fixture
def events(stripe: StripePayments) -> PaymentEvents:
    assert stripe.events is not None
    return stripe.events


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "real_time" not in request.fixturenames:
        monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def real_time() -> None:
    """Leave the clock alone."""


def delivery(body: bytes = BODY, *secrets: str, ago: int = 0) -> Delivery:
    header = signature(body, secrets or (NEW,), int(NOW.timestamp()) - ago)
    return Delivery(body=body, headers={"stripe-signature": header})


async def test_a_signed_event_says_whom_to_ask_about(events: PaymentEvents) -> None:
    event = await events.verify(delivery())
    assert (event.id, event.kind, event.session_id, event.reference) == (
        "evt_1",
        "charge.refunded",
        "payses_1",
        "pi_1",
    )
    assert event.at == NOW - timedelta(seconds=5)


@pytest.mark.parametrize("secrets", [(OLD,), (NEW,), (OLD, NEW), ("whsec_older", OLD)])
async def test_a_secret_can_be_replaced(events: PaymentEvents, secrets: tuple[str, ...]) -> None:
    assert (await events.verify(delivery(BODY, *secrets))).id == "evt_1"


@pytest.mark.parametrize(
    "bad",
    [
        delivery(BODY, "whsec_wrong"),
        Delivery(body=BODY + b" ", headers=delivery().headers),
        Delivery(body=BODY.replace(b"pi_1", b"pi_2"), headers=delivery().headers),
        Delivery(body=BODY, headers={}),
        Delivery(body=BODY, headers={"stripe-signature": ""}),
        Delivery(body=BODY, headers={"stripe-signature": "t=now,v1=ab"}),
        Delivery(body=BODY, headers={"stripe-signature": f"t={int(NOW.timestamp())},v1=ü"}),
        Delivery(body=BODY, headers={"stripe-signature": f"t={int(NOW.timestamp())},v0=ab"}),
        Delivery(body=b"\xff", headers=delivery().headers),
        delivery(ago=301),
        delivery(ago=-301),
        delivery(b"[]"),
        delivery(b"no json"),
        delivery(b'{"id": "evt_1"}'),
    ],
)
async def test_nothing_else_is_believed(events: PaymentEvents, bad: Delivery) -> None:
    with pytest.raises(BadSignature):
        await events.verify(bad)


async def test_the_moment_that_was_signed_is_the_one_that_counts(events: PaymentEvents) -> None:
    assert (await events.verify(delivery(ago=299))).id == "evt_1"
    old = delivery(ago=600).headers["stripe-signature"]
    with pytest.raises(BadSignature):
        await events.verify(Delivery(body=BODY, headers={"stripe-signature": f"{old},t={int(NOW.timestamp())}"}))


async def test_without_a_secret_nothing_is_believed(stripe: StripePayments) -> None:
    from providers.stripe.events import StripeEvents  # noqa: PLC0415 - the class, not the provider's own

    deaf = StripeEvents(stripe._connection, [])
    with pytest.raises(BadSignature):
        await deaf.verify(delivery())


async def test_an_event_about_nothing_of_ours_names_nothing(events: PaymentEvents) -> None:
    other = EVENT | {"type": "customer.created", "data": {"object": {"id": "cus_1", "object": "customer"}}}
    event = await events.verify(delivery(json.dumps(other).encode()))
    assert (event.session_id, event.reference) == (None, None)


@pytest.mark.usefixtures("real_time")
async def test_events_are_listed_the_oldest_first(
    stripe: StripePayments, events: PaymentEvents, stripe_server: StandIn, ask: Ask, money: Money
) -> None:
    session = await opened(stripe, ask())
    confirm(stripe_server, session.data)
    there = str(session.reference)
    await stripe.capture(money(session, there, "12.50", "capture"))
    for number in range(40):  # three events each, more than a page of them
        stripe_server.act(f"/payment_intents/{there}/refund", amount=number + 1)
    made = stripe_server.act(f"/payment_intents/{there}/dispute", amount=100)
    stripe_server.act(f"/disputes/{made['id']}/won")
    found = [one async for one in events.since(NOW - timedelta(days=400))]
    mine = [one for one in found if one.reference == there]
    kinds = [one.kind for one in mine]
    assert kinds[:2] == ["payment_intent.amount_capturable_updated", "charge.succeeded"]
    assert kinds[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]
    assert Counter(kinds)["refund.created"] == 40
    assert len({one.id for one in found}) == len(found)
    assert sorted(one.at for one in found) == [one.at for one in found]
    assert {one.session_id for one in mine} <= {session.session_id, None}
    assert set(kinds) <= set(TOLD)
    last = mine[-1].at
    assert [one async for one in events.since(last + timedelta(hours=1))] == []


async def test_a_list_that_fails_is_told(events: PaymentEvents, stripe_server: StandIn) -> None:
    for kind, error in (("outage", Unknown), ("refuse", Refused)):
        stripe_server.turn({"call": "events.list", "kind": kind})
        with pytest.raises(error):
            [one async for one in events.since(NOW)]


class Shop:
    """What takes webhooks; the first `failures` of them are answered with 500."""

    def __init__(self) -> None:
        self.got: list[Delivery] = []
        self.failures = 0
        self._news = asyncio.Condition()

    async def take(self, request: Request) -> Response:
        body = await request.body()
        if self.failures:
            self.failures -= 1
            return Response(status_code=500)
        async with self._news:
            self.got.append(Delivery(body=body, headers=dict(request.headers)))
            self._news.notify_all()
        return Response("OK")

    async def have(self, number: int) -> list[str]:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self.got) >= number)
        return [json.loads(one.body)["type"] for one in self.got]


@pytest.fixture
async def shop(stripe_server: StandIn) -> AsyncIterator[Shop]:
    there = Shop()
    app = Starlette(routes=[Route("/hook", there.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    listening = server.config.bind_socket()
    serving = asyncio.create_task(server.serve([listening]))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
    calm = {"duplicates": 0, "lost": 0.0, "batch": 1, "seed": 0, "is_held": False}
    stripe_server.turn(url=url, secrets=[OLD, NEW], **calm)
    yield there
    stripe_server.turn(url=None, **calm)
    server.should_exit = True
    await serving


@pytest.mark.usefixtures("real_time")
async def test_webhooks_are_signed_and_sent_again(
    stripe: StripePayments, events: PaymentEvents, shop: Shop, ask: Ask
) -> None:
    shop.failures = 1
    session = await opened(stripe, ask())
    assert await shop.have(1) == ["payment_intent.created"]
    event = await events.verify(shop.got[0])
    assert (event.session_id, event.reference) == (session.session_id, session.reference)


@pytest.mark.usefixtures("real_time")
async def test_webhooks_come_twice_or_in_another_order_or_late_or_never(
    stripe: StripePayments, stripe_server: StandIn, shop: Shop, ask: Ask
) -> None:
    stripe_server.turn(duplicates=1)
    session = await opened(stripe, ask())
    assert await shop.have(2) == ["payment_intent.created"] * 2
    stripe_server.turn(duplicates=0, batch=4, seed=3)
    confirm(stripe_server, session.data)
    other = await opened(stripe, ask())
    await asyncio.sleep(0.1)
    assert len(shop.got) == 2
    confirm(stripe_server, other.data)
    later = (await shop.have(7))[2:]
    assert Counter(later)["charge.succeeded"] == 2
    stripe_server.turn(batch=1, lost=1.0)
    await opened(stripe, ask())
    stripe_server.turn(lost=0.0, is_held=True)
    await opened(stripe, ask())
    await asyncio.sleep(0.1)
    assert len(shop.got) == 7
    stripe_server.turn(is_held=False)
    assert len(await shop.have(8)) == 8
    stripe_server.act(f"/events/{json.loads(shop.got[0].body)['id']}/send")
    assert len(await shop.have(9)) == 9
