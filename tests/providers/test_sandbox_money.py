"""The sandbox's memory of money: every movement by our key, what happens without us, and that it tells of it."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from commerce.payment.events import BadSignature, Delivery, ProviderEvent
from commerce.payment.movements import DisputeStatus, MovementStatus
from commerce.payment.port import Holding, SessionRequest
from kit import clock
from providers.sandbox.payment import SandboxPayments
from tests.support.durable import until
from tests.support.sandbox import Ask, Money, Sandbox, opened

PRICE = Decimal("12.50")


Heard = tuple[str, Delivery]


@contextmanager
def listening() -> Iterator[tuple[str, list[Heard]]]:
    """Run a shop that hears webhooks, and refuses the first of them: it is sent again."""
    heard: list[Heard] = []
    refused: list[str] = []

    class Shop(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if not refused:
                refused.append(self.path)
                self.send_error(503)
                return
            heard.append(
                (self.path, Delivery(body=body, headers={name.lower(): value for name, value in self.headers.items()}))
            )
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
async def held(pay: SandboxPayments, ask: Ask) -> SessionRequest:
    session = await opened(pay, ask())
    await pay.authorise(session)
    return session


@pytest.fixture(autouse=True)
async def calm_after(sandbox: Sandbox) -> AsyncIterator[None]:
    yield
    sandbox.turn(late_seconds=0.2, slow_seconds=0.8, hang_seconds=2)


def dashboard(sandbox: Sandbox, session: SessionRequest, action: str, **more: str) -> dict[str, Any]:
    answer = httpx2.post(f"{sandbox.url}/intents/{session.reference}/dashboard", json={"action": action, **more})
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def told(pay: SandboxPayments, session: SessionRequest) -> list[ProviderEvent]:
    assert pay.events is not None
    every = [event async for event in pay.events.since(clock.now() - timedelta(minutes=5))]
    return [event for event in every if event.session_id == session.session_id]


def carried(sandbox: Sandbox, event: ProviderEvent) -> Delivery:
    found = httpx2.get(f"{sandbox.url}/events/{event.id}/delivery").json()
    return Delivery(body=found["body"].encode(), headers=found["headers"])


async def test_a_movement_has_our_key(pay: SandboxPayments, held: SessionRequest, money: Money) -> None:
    assert held.reference is not None
    taken = await pay.capture(money(held, held.reference, "5", "capt_1:1"))
    back = await pay.refund(money(held, held.reference, "2", "ref_1:1"))
    found = await pay.status(held)
    key = f"{held.session_id}/capt_1:1"
    assert [(each.reference, each.amount, each.status, each.key) for each in found.captures] == [
        (taken.reference, Decimal(5), MovementStatus.DONE, key)
    ]
    assert [(each.reference, each.amount) for each in found.refunds] == [(back.reference, Decimal(2))]
    assert (found.captured, found.refunded, found.held) == (Decimal(5), Decimal(2), Decimal("7.50"))


async def test_a_refund_may_be_pending_and_end_either_way(
    sandbox: Sandbox, pay: SandboxPayments, ask: Ask, money: Money
) -> None:
    session = await opened(pay, ask("capture refund=pending"))
    await pay.authorise(session)
    assert session.reference is not None
    first = await pay.refund(money(session, session.reference, "2", "a:1"))
    second = await pay.refund(money(session, session.reference, "3", "b:1"))
    assert (first.status, second.status) == (MovementStatus.PENDING, MovementStatus.PENDING)
    assert (await pay.status(session)).refunded == 0
    dashboard(sandbox, session, "settle", movement=str(first.reference))
    dashboard(sandbox, session, "fail", movement=str(second.reference))
    found = await pay.status(session)
    assert [each.status for each in found.refunds] == [MovementStatus.DONE, MovementStatus.FAILED]
    assert found.refunded == 2
    assert await pay.refund(money(session, session.reference, "2", "a:1")) != first  # it is done now


async def test_a_refund_may_fail_after_it_was_done(
    sandbox: Sandbox, pay: SandboxPayments, ask: Ask, money: Money
) -> None:
    session = await opened(pay, ask("capture"))
    await pay.authorise(session)
    assert session.reference is not None
    back = await pay.refund(money(session, session.reference, "2", "a:1"))
    dashboard(sandbox, session, "fail", movement=str(back.reference))
    found = await pay.status(session)
    assert (found.refunded, found.refunds[0].status) == (0, MovementStatus.FAILED)


async def test_what_the_dashboard_does_has_no_key_of_ours(
    sandbox: Sandbox, pay: SandboxPayments, held: SessionRequest
) -> None:
    dashboard(sandbox, held, "capture", amount="10")
    dashboard(sandbox, held, "refund", amount="4")
    dashboard(sandbox, held, "cancel")
    found = await pay.status(held)
    assert (found.held, found.captured, found.refunded) == (0, 10, 4)
    assert [each.key for each in (*found.captures, *found.refunds)] == [None, None]


async def test_a_dispute_is_told_as_it_goes(sandbox: Sandbox, pay: SandboxPayments, ask: Ask) -> None:
    session = await opened(pay, ask("capture"))
    await pay.authorise(session)
    opened_ = dashboard(sandbox, session, "dispute", status="open")["disputes"][0]
    assert (await pay.status(session)).disputes[0].status is DisputeStatus.OPEN
    dashboard(sandbox, session, "dispute", dispute=opened_["id"], status="won")
    [found] = (await pay.status(session)).disputes
    assert (found.status, found.amount, found.reference) == (DisputeStatus.WON, PRICE, opened_["id"])


async def test_fees_and_expiry_are_told(sandbox: Sandbox, pay: SandboxPayments, ask: Ask, money: Money) -> None:
    sandbox.turn(fee="0.30", hold_seconds=3600)
    session = await opened(pay, ask())
    await pay.authorise(session)
    found = await pay.status(session)
    assert (found.fees, found.expires_at is not None) == (None, True)
    assert session.reference is not None
    await pay.capture(money(session, session.reference, "5", "a:1"))
    assert (await pay.status(session)).fees == Decimal("0.30")
    sandbox.turn(hold_seconds=0)
    late = await opened(pay, ask())
    await pay.authorise(late)
    found = await pay.status(late)
    assert (found.holding, found.held) == (Holding.RELEASED, 0)


async def test_events_are_listed_and_carried(sandbox: Sandbox, pay: SandboxPayments, held: SessionRequest) -> None:
    events = await told(pay, held)
    assert [event.kind for event in events] == ["intent.created", "intent.authorised"]
    assert pay.events is not None
    assert await pay.events.verify(carried(sandbox, events[0])) == events[0]


@pytest.mark.parametrize(("mood", "times"), [("calm", 1), ("duplicate", 2), ("late", 1)])
async def test_events_are_sent(sandbox: Sandbox, pay: SandboxPayments, ask: Ask, mood: str, times: int) -> None:
    with listening() as (url, heard):
        sandbox.turn(webhook_url=f"{url}/hooks/payment/{{provider}}", weights={"webhook": {mood: 1}}, late_seconds=0.1)
        session = await opened(pay, ask())
        await pay.authorise(session)
        expected = 2 * times
        await until(lambda: _has(heard, expected), "all webhooks came")
    assert {path for path, _ in heard} == {"/hooks/payment/sandbox_sandbox"}
    assert pay.events is not None
    verified = [await pay.events.verify(delivery) for _, delivery in heard]
    assert {event.id for event in verified} == {event.id for event in await told(pay, session)}
    assert len(heard) == expected


async def _has(heard: list[Heard], number: int) -> bool:
    return len(heard) >= number


async def test_a_delivery_that_was_not_signed_is_not_believed(
    sandbox: Sandbox, pay: SandboxPayments, held: SessionRequest
) -> None:
    assert pay.events is not None
    good = carried(sandbox, (await told(pay, held))[0])
    forged = json.dumps({**json.loads(good.body), "session": "payses_other"}).encode()
    old = dict(good.headers, **{"sandbox-signature": good.headers["sandbox-signature"].replace("t=", "t=1")})
    for bad in (
        Delivery(body=forged, headers=good.headers),
        Delivery(body=good.body, headers={}),
        Delivery(body=good.body, headers=old),
        Delivery(body=good.body, headers={"sandbox-signature": "t=x,v1=y"}),
    ):
        with pytest.raises(BadSignature):
            await pay.events.verify(bad)


async def test_two_secrets_are_good_while_one_replaces_the_other(
    sandbox: Sandbox, pay: SandboxPayments, held: SessionRequest
) -> None:
    sandbox.turn(webhook_secret="whsec_new")
    [first, *_] = await told(pay, held)
    delivery = carried(sandbox, first)
    assert pay.events is not None
    with pytest.raises(BadSignature):
        await pay.events.verify(delivery)
    both = SandboxPayments(
        sandbox.url, session_seconds=5, money_seconds=5, webhook_secrets=["whsec_sandbox", "whsec_new"]
    )
    assert both.events is not None
    assert await both.events.verify(delivery) == first
    await both.close()
