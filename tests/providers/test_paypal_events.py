"""Webhooks of PayPal: which are believed, what they say, and how a lost one is found."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from commerce.payment.events import BadSignature, Delivery
from commerce.payment.movements import DisputeStatus
from commerce.payment.port import PaymentEvents, SessionRequest, Unknown
from kit import clock
from providers.paypal import signature
from providers.paypal.events import as_event
from providers.paypal.payment import PayPalPayments
from providers.sandbox.paypal.certificate import NAME, Signer, certificate
from providers.sandbox.paypal.webhooks import CERTIFICATE
from tests.support.paypal import WEBHOOK, PayPalServer, paypal, signed
from tests.support.sandbox import Ask, Money, opened

PEM = serialization.Encoding.PEM


@pytest.fixture
async def paid(buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask) -> SessionRequest:
    """Return a session whose 12.50 were held by the shopper's browser."""
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference, "pay")
    return session


@pytest.fixture
def delivery(paid: SessionRequest, stand_in: PayPalServer) -> Delivery:
    """Return the delivery of what happened last."""
    event = next(one for one in reversed(stand_in.events()) if one["resource"].get("custom_id") == paid.session_id)
    body, headers = stand_in.delivery(event)
    return Delivery(body=body, headers=headers)


def events_of(provider: PayPalPayments) -> PaymentEvents:
    assert provider.events is not None
    return provider.events


@pytest.fixture
async def asks_paypal(stand_in: PayPalServer) -> AsyncIterator[PayPalPayments]:
    """Return a provider that lets PayPal's API check the signatures."""
    provider = paypal(stand_in.url, by="api")
    yield provider
    await provider.close()


@pytest.fixture(params=["buttons", "asks_paypal"])
def verifier(request: pytest.FixtureRequest) -> PaymentEvents:
    return events_of(request.getfixturevalue(request.param))


async def test_what_paypal_signed_is_believed(
    verifier: PaymentEvents, paid: SessionRequest, delivery: Delivery
) -> None:
    event = await verifier.verify(delivery)
    told = json.loads(delivery.body)
    assert (event.id, event.kind, event.at.isoformat()) == (
        told["id"],
        "PAYMENT.AUTHORIZATION.CREATED",
        datetime.fromisoformat(told["create_time"]).isoformat(),
    )
    assert (event.session_id, event.reference) == (paid.session_id, paid.reference)


CHANGES: dict[str, Callable[[Delivery], Delivery]] = {
    "another body": lambda d: replace(d, body=d.body.replace(b"12.50", b"99.50")),
    "a space more": lambda d: replace(d, body=d.body.replace(b": ", b":  ", 1)),
    "no event": lambda d: replace(d, body=b"[]"),
    "another moment": lambda d: headed(d, "transmission-time", clock.now().isoformat()),
    "another transmission": lambda d: headed(d, "transmission-id", "69cd13f0-d67a-11e5-baa3-778b53f4ae56"),
    "another signature": lambda d: headed(d, "transmission-sig", "c29tZXRoaW5nIGVsc2U="),
    "a signature that is no text": lambda d: headed(d, "transmission-sig", "\xe9\xff"),
    "no signature": lambda d: headed(d, "transmission-sig", ""),
    "another kind": lambda d: headed(d, "auth-algo", ""),
}


def headed(delivery: Delivery, name: str, text: str) -> Delivery:
    return replace(delivery, headers={**delivery.headers, f"paypal-{name}": text})


@pytest.mark.parametrize("change", CHANGES)
async def test_what_was_changed_on_the_way_is_not(change: str, verifier: PaymentEvents, delivery: Delivery) -> None:
    with pytest.raises(BadSignature):
        await verifier.verify(CHANGES[change](delivery))


async def test_a_delivery_to_somebody_elses_webhook_is_not_ours(stand_in: PayPalServer, delivery: Delivery) -> None:
    for by in ("offline", "api"):
        provider = paypal(stand_in.url, by=by, webhook_ids=["WHANOTHER"])
        with pytest.raises(BadSignature):
            await events_of(provider).verify(delivery)
        await provider.close()
        both = paypal(stand_in.url, by=by, webhook_ids=["WHANOTHER", WEBHOOK])  # while a webhook is exchanged
        assert (await events_of(both).verify(delivery)).kind == "PAYMENT.AUTHORIZATION.CREATED"
        await both.close()
    none = paypal(stand_in.url, webhook_ids=[])
    with pytest.raises(BadSignature):
        await events_of(none).verify(delivery)
    await none.close()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/../../../evil",
        "https://api.paypal.com/v1/notifications/certs/CERT-1?to=evil",
        "https://api.paypal.com/other/CERT-1",
        "file:///etc/passwd",
        "//",
    ],
)
async def test_a_certificate_from_anywhere_else_is_never_fetched(
    url: str, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = paypal("https://api-m.paypal.com")
    fetched: list[str] = []

    async def fetch(_: object, url: str, **__: object) -> httpx2.Response:
        fetched.append(url)
        raise httpx2.ConnectError("no network in tests")

    monkeypatch.setattr(httpx2.AsyncClient, "get", fetch)
    with pytest.raises(BadSignature, match="address"):
        await events_of(live).verify(headed(delivery, "cert-url", url))
    assert fetched == []
    good = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42"
    with pytest.raises(Unknown, match="certificate"):
        await events_of(live).verify(headed(delivery, "cert-url", good))
    assert fetched == [good]
    await live.close()


def test_live_sandbox_and_a_stand_in_believe_their_own_hosts_alone() -> None:
    assert signature.origins("https://api-m.paypal.com/") == signature.LIVE
    assert signature.origins("https://api-m.sandbox.paypal.com") == signature.SANDBOX
    assert signature.origins("http://127.0.0.1:1") == {"http://127.0.0.1:1"}


def made(name: str, *, until: datetime | None = None, strangers: bool = False, bits: int = 2048) -> bytes:
    key, root, other = (rsa.generate_private_key(public_exponent=65537, key_size=bits) for _ in range(3))
    chain = [
        certificate(name, key, "Root", root, until=until),
        certificate("Root", other if strangers else root, "Root", other if strangers else root),
    ]
    private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private + b"".join(one.public_bytes(PEM) for one in chain)


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        (lambda: made("messages.example.com"), "not PayPal's"),
        (lambda: made(NAME, until=clock.now() - timedelta(seconds=1)), "not in force"),
        (lambda: made(NAME, until=clock.now() + timedelta(days=731)), "not in force"),
        (lambda: made(NAME, strangers=True), "was not signed by"),
        (lambda: made(NAME, bits=1024), "not PayPal's"),
    ],
    ids=["another name", "expired", "not yet", "another issuer", "a weak key"],
)
async def test_a_certificate_that_is_not_good_is_not_believed(
    pem: Callable[[], bytes], why: str, delivery: Delivery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "paypal-signer.pem").write_bytes(pem())
    signer = Signer(tmp_path)
    live = paypal("https://api-m.paypal.com")

    async def fetch(*_: object, **__: object) -> httpx2.Response:
        return httpx2.Response(200, content=signer.pem)

    monkeypatch.setattr(httpx2.AsyncClient, "get", fetch)
    url = "https://api.paypal.com/v1/notifications/certs/CERT-1"
    with pytest.raises(BadSignature, match=why):
        await events_of(live).verify(replace(delivery, headers=signed(signer, delivery.body, url)))
    await live.close()


@pytest.mark.parametrize(("age", "is_good"), [(3, True), (5, False), (-1, False)])
async def test_a_delivery_that_is_too_old_is_not_believed(
    age: int,
    is_good: bool,  # noqa: FBT001 - a parameter of the test
    buttons: PayPalPayments,
    stand_in: PayPalServer,
    delivery: Delivery,
) -> None:
    sent = clock.now() - timedelta(days=age)
    signer, url = Signer(stand_in.log.parent), f"{stand_in.url}{CERTIFICATE}"
    old = replace(delivery, headers=signed(signer, delivery.body, url, at=sent))
    if is_good:
        await events_of(buttons).verify(old)
        return
    with pytest.raises(BadSignature, match="too long ago"):
        await events_of(buttons).verify(old)


async def test_a_certificate_is_fetched_once_and_its_absence_is_not_a_forgery(
    stand_in: PayPalServer, delivery: Delivery
) -> None:
    provider = paypal(stand_in.url)
    stand_in.next("certificate=outage")
    with pytest.raises(Unknown):
        await events_of(provider).verify(delivery)
    await events_of(provider).verify(delivery)
    stand_in.next("certificate=outage")
    await events_of(provider).verify(delivery)
    with pytest.raises(BadSignature, match="no certificate"):
        await events_of(provider).verify(headed(delivery, "cert-url", f"{stand_in.url}{CERTIFICATE}x"))
    await provider.close()


async def test_a_flood_of_certificates_keeps_nobody_waiting(
    stand_in: PayPalServer, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = paypal(stand_in.url)
    fetch, gate, fetched = httpx2.AsyncClient.get, asyncio.Event(), []

    async def slowly(client: httpx2.AsyncClient, url: str, **more: Any) -> httpx2.Response:  # noqa: ANN401 - httpx2's own
        fetched.append(url)
        await gate.wait()
        return await fetch(client, url, **more)

    monkeypatch.setattr(httpx2.AsyncClient, "get", slowly)
    same = [asyncio.create_task(events_of(provider).verify(delivery)) for _ in range(3)]
    await asyncio.sleep(0)
    other = headed(delivery, "cert-url", f"{stand_in.url}{CERTIFICATE}x")
    with pytest.raises(Unknown, match="being fetched"):
        await events_of(provider).verify(other)
    gate.set()
    assert {event.kind for event in await asyncio.gather(*same)} == {"PAYMENT.AUTHORIZATION.CREATED"}
    assert len(fetched) == 1
    await provider.close()


async def test_paypals_api_that_does_not_answer_is_not_a_forgery(
    asks_paypal: PayPalPayments, stand_in: PayPalServer, delivery: Delivery
) -> None:
    stand_in.next("verify=outage")
    with pytest.raises(Unknown):
        await events_of(asks_paypal).verify(delivery)


async def test_every_event_of_a_payment_says_whose_it_is(
    buttons: PayPalPayments, stand_in: PayPalServer, paid: SessionRequest, money: Money
) -> None:
    assert paid.reference is not None
    taken = await buttons.capture(money(paid, paid.reference, "5", "capture"))
    await buttons.refund(money(paid, paid.reference, "1", "refund"))
    stand_in.dashboard("captures", taken.reference, "refund", amount="1")
    await buttons.cancel(money(paid, paid.reference, "7.50", "cancel"))
    stand_in.dashboard("captures", taken.reference, "dispute")
    told = [as_event(one) for one in stand_in.events()]
    mine = [one for one in told if one.session_id == paid.session_id]
    assert [one.kind for one in mine] == [
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.AUTHORIZATION.CREATED",
        "PAYMENT.CAPTURE.COMPLETED",
        "PAYMENT.CAPTURE.REFUNDED",
        "PAYMENT.CAPTURE.REFUNDED",
        "PAYMENT.AUTHORIZATION.VOIDED",
        "CUSTOMER.DISPUTE.CREATED",
    ]
    assert [one.reference for one in mine] == [paid.reference] * 3 + [None, None, paid.reference, None]


async def test_a_dispute_is_followed_to_its_end(
    buttons: PayPalPayments, stand_in: PayPalServer, paid: SessionRequest, money: Money
) -> None:
    assert paid.reference is not None
    taken = await buttons.capture(money(paid, paid.reference, "12.50", "capture"))
    assert (await buttons.status(paid)).disputes == ()
    stand_in.dashboard("captures", taken.reference, "dispute", stage="INQUIRY", amount="10")
    (asked,) = (await buttons.status(paid)).disputes
    assert (asked.status, str(asked.amount)) == (DisputeStatus.INQUIRY, "10.00")
    assert asked.respond_by is not None
    assert asked.respond_by > clock.now() + timedelta(days=9)
    stand_in.dashboard("disputes", asked.reference, "escalate")
    assert (await buttons.status(paid)).disputes[0].status == DisputeStatus.OPEN
    stand_in.dashboard("disputes", asked.reference, "lost")
    assert (await buttons.status(paid)).disputes[0].status == DisputeStatus.LOST
    stand_in.dashboard("captures", taken.reference, "dispute", amount="1")
    second = (await buttons.status(paid)).disputes[1]
    stand_in.dashboard("disputes", second.reference, "won")
    assert [one.status for one in (await buttons.status(paid)).disputes] == [DisputeStatus.LOST, DisputeStatus.WON]


async def test_an_app_that_may_not_read_disputes_still_knows_the_rest(
    buttons: PayPalPayments, stand_in: PayPalServer, paid: SessionRequest, money: Money
) -> None:
    assert paid.reference is not None
    taken = await buttons.capture(money(paid, paid.reference, "12.50", "capture"))
    stand_in.dashboard("captures", taken.reference, "dispute")
    stand_in.next("disputes=refuse")
    found = await buttons.status(paid)
    assert (found.disputes, str(found.captured)) == ((), "12.50")
    stand_in.next("disputes=outage")
    with pytest.raises(Unknown):
        await buttons.status(paid)


async def test_events_that_never_arrived_are_listed_the_oldest_first(
    buttons: PayPalPayments, stand_in: PayPalServer, paid: SessionRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("providers.paypal.events.PAGE_SIZE", 3)
    start = clock.now() - timedelta(days=40)  # PayPal lists thirty days
    listed = [event async for event in events_of(buttons).since(start)]
    assert [one.id for one in listed] == [one["id"] for one in sorted(stand_in.events(), key=at)]
    assert paid.session_id in {one.session_id for one in listed}
    later = [event async for event in events_of(buttons).since(listed[-1].at)]
    assert [one.id for one in later] == [one.id for one in listed if one.at >= listed[-1].at]
    assert [event async for event in events_of(buttons).since(clock.now() + timedelta(hours=1))] == []


async def test_a_list_that_paypal_does_not_give_is_unknown(buttons: PayPalPayments, stand_in: PayPalServer) -> None:
    stand_in.next("events=too_many")
    with pytest.raises(Unknown):
        [event async for event in events_of(buttons).since(clock.now() - timedelta(hours=1))]


def at(event: dict[str, Any]) -> str:
    return str(event["create_time"])


@pytest.mark.parametrize(
    "body",
    [{}, {"id": "WH-1"}, {"id": "WH-1", "event_type": "A", "create_time": "now", "resource": {}}],
)
def test_what_is_no_event_is_none(body: dict[str, Any]) -> None:
    with pytest.raises(BadSignature):
        as_event(body)


def test_an_event_of_somebody_elses_order_names_no_session_of_ours() -> None:
    event = as_event(
        {
            "id": "WH-1",
            "event_type": "PAYMENT.SALE.COMPLETED",
            "create_time": "2026-03-01T12:00:00Z",
            "resource": {"custom_id": "another-shop"},
        }
    )
    assert (event.session_id, event.reference) == (None, None)
