"""PayPal's stand-in itself: its keys, its pages, its webhooks, its log."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest

from commerce.payment.events import Delivery
from providers.paypal.payment import PayPalPayments
from providers.sandbox import audit
from providers.sandbox.paypal.moods import Knobs, UnknownMood, drawn
from tests.support.paypal import CLIENT_ID, SECRET, PayPalServer
from tests.support.sandbox import Ask, Money, opened
from tests.support.waiting import eventually


@pytest.fixture
def api(stand_in: PayPalServer) -> Iterator[httpx2.Client]:
    """Return a shop that calls the API by hand."""
    with httpx2.Client(base_url=stand_in.url) as client:
        form = {"grant_type": "client_credentials"}
        token = client.post("/v1/oauth2/token", data=form, auth=(CLIENT_ID, SECRET)).json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        yield client


def order(**unit: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    amount = {"currency_code": "EUR", "value": "12.50"}
    return {"intent": "AUTHORIZE", "purchase_units": [{"amount": amount, **unit}]}


def create(api: httpx2.Client, key: str, **unit: Any) -> httpx2.Response:  # noqa: ANN401 - JSON
    return api.post("/v2/checkout/orders", json=order(**unit), headers={"paypal-request-id": key})


def issue(answer: httpx2.Response) -> str:
    return str(answer.json()["details"][0]["issue"])


def test_a_key_replays_its_first_answer_and_stands_for_nothing_else(api: httpx2.Client, stand_in: PayPalServer) -> None:
    first, again = create(api, "key-1"), create(api, "key-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert set(first.json()) == {"id", "status", "links"}  # minimal, unless asked for all
    other = create(api, "key-1", custom_id="another")
    assert (other.status_code, issue(other)) == (422, "DUPLICATE_REQUEST_ID")
    assert {fault.place for fault in stand_in.faults} == {  # PayPal's files do not have the word
        "answer 422.details.0.issue",
        "answer 422.details.0.description",
    }


def test_keys_live_six_hours_and_forty_five_days(tmp_path: Path) -> None:
    own = PayPalServer(tmp_path / "effects.jsonl")
    with httpx2.Client(base_url=own.url) as client:

        def enter() -> None:
            form = {"grant_type": "client_credentials"}
            token = client.post("/v1/oauth2/token", data=form, auth=(CLIENT_ID, SECRET)).json()["access_token"]
            client.headers["authorization"] = f"Bearer {token}"

        enter()
        first = create(client, "create-1").json()["id"]
        own.pass_time(hours=5.9)
        assert create(client, "create-1").json()["id"] == first
        own.pass_time(hours=0.2)
        second = create(client, "create-1").json()["id"]
        assert second != first
        own.shopper(second)
        url = f"/v2/checkout/orders/{second}/authorize"
        full = {"paypal-request-id": "pay-1", "prefer": "return=representation"}
        paid = client.post(url, json={}, headers=full).json()
        there = paid["purchase_units"][0]["payments"]["authorizations"][0]["id"]
        capture, key = f"/v2/payments/authorizations/{there}/capture", {"paypal-request-id": "capture-1"}
        five = {"amount": {"currency_code": "EUR", "value": "5.00"}}
        taken = client.post(capture, json=five, headers=key).json()["id"]
        own.pass_time(days=28)
        assert client.post(capture, json=five, headers=key).status_code == 401  # the token has ended
        enter()
        assert client.post(capture, json=five, headers=key).json()["id"] == taken
        own.pass_time(days=18)
        enter()
        assert issue(client.post(capture, json=five, headers=key)) == "AUTHORIZATION_VOIDED"
    assert [one["amount"] for one in own.effects("void")] == ["7.50"]
    assert own.faults == []
    own.close()


@pytest.mark.parametrize(
    ("unit", "what"),
    [
        ({"amount": {"currency_code": "EUR", "value": "12.505"}}, "DECIMAL_PRECISION"),
        ({"amount": {"currency_code": "JPY", "value": "12.5"}}, "DECIMAL_PRECISION"),
        ({"amount": {"currency_code": "EUR", "value": "0.00"}}, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ({"amount": {"currency_code": "KWD", "value": "1.00"}}, "INVALID_CURRENCY_CODE"),
        ({"amount": {"currency_code": "EUR"}}, "MISSING_REQUIRED_PARAMETER"),
    ],
)
def test_amounts_are_looked_at(api: httpx2.Client, unit: dict[str, Any], what: str) -> None:
    assert issue(create(api, f"key {unit}", **unit)) == what


def test_nobody_enters_without_a_token(stand_in: PayPalServer) -> None:
    with httpx2.Client(base_url=stand_in.url) as stranger:
        assert create(stranger, "key").status_code == 401
        assert stranger.get("/v1/notifications/webhooks-events").status_code == 401


async def test_the_log_is_read_by_the_auditor_of_the_other_sandbox(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask, money: Money
) -> None:
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference)
    there = (await buttons.authorise(session)).reference
    await buttons.capture(money(session, there, "5", "capture"))
    await buttons.refund(money(session, there, "1", "refund"))
    (found,) = audit.audit(stand_in.log)[session.session_id]
    assert (found.held, found.taken, found.currency) == (Decimal("7.50"), Decimal(4), "eur")
    assert audit.impossible(stand_in.log) == []
    keys = [one["key"] for one in stand_in.effects() if one["session"] == session.session_id]
    wish = money(session, there, "5", "capture").key
    assert keys[:3] == [f"create:{session.key}", f"authorise:{session.key}", f"capture:{wish}"]


async def test_the_pages_offer_what_can_be_done(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask, money: Money
) -> None:
    session = await opened(buttons, ask())
    with httpx2.Client(base_url=stand_in.url, follow_redirects=True) as visitor:
        page = visitor.get("/checkoutnow", params={"token": session.reference}).text
        assert "Pay <b>12.50 EUR</b>?" in page
        assert "Cancelled." in visitor.post(f"/checkoutnow/{session.reference}/cancel").text
        assert "Thank you." in visitor.post(f"/checkoutnow/{session.reference}/approve").text
        assert "This order is approved." in visitor.get("/checkoutnow", params={"token": session.reference}).text
        there = await buttons.authorise(session)
        taken = await buttons.capture(money(session, there.reference, "5", "capture"))
        form = f'action="/dashboard/captures/{taken.reference}/refund"'
        assert form in visitor.get("/dashboard").text
        refunded = visitor.post(f"/dashboard/captures/{taken.reference}/refund", data={"amount": "2"})
        assert "refund 2.00 EUR completed" in refunded.text
        assert visitor.post(f"/dashboard/captures/{taken.reference}/burn").status_code == 404
        assert visitor.post("/dashboard/captures/none/refund").status_code == 404
        assert visitor.get("/checkoutnow?token=none").status_code == 404
        assert visitor.get("/health").text == "OK"


async def test_what_a_shop_wrote_is_no_html(buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask) -> None:
    session = replace(ask(), session_id="payses_<script>")
    await buttons.create_session(session)
    assert "<script>" not in httpx2.get(f"{stand_in.url}/dashboard").text


class Shop:
    """A listener for webhooks."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                shop.heard.append(({name.lower(): text for name, text in self.headers.items()}, body))
                self.send_response(shop.answers.pop(0) if shop.answers else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks/payment/paypal_paypal"

    def kinds(self) -> list[str]:
        return [httpx2.Response(200, content=body).json()["event_type"] for _, body in self.heard]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def shop() -> Iterator[Shop]:
    listener = Shop()
    yield listener
    listener.close()


PAID = {"CHECKOUT.ORDER.APPROVED", "PAYMENT.AUTHORIZATION.CREATED"}


async def test_a_webhook_is_signed_and_sent_again_until_it_is_taken(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask, shop: Shop
) -> None:
    stand_in.turn(webhook_url=shop.url)
    shop.answers = [500]
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference, "pay")
    eventually(lambda: len(shop.heard) == 3, 10)
    assert set(shop.kinds()) == PAID
    assert buttons.events is not None
    for headers, body in shop.heard:
        event = await buttons.events.verify(Delivery(body=body, headers=headers))
        assert event.reference == session.reference


@pytest.mark.parametrize("how", ["twice", "shuffled"])
async def test_webhooks_come_twice_and_in_any_order(
    how: str, buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask, shop: Shop
) -> None:
    stand_in.turn(webhook_url=shop.url, webhooks=how)
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference, "pay")
    eventually(lambda: len(shop.heard) == (4 if how == "twice" else 2), 10)
    assert set(shop.kinds()) == PAID


@pytest.mark.parametrize("how", ["lost", "held"])
async def test_a_webhook_that_is_held_comes_when_it_is_wanted(
    how: str, buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask, shop: Shop
) -> None:
    stand_in.turn(webhook_url=shop.url, webhooks=how)
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference, "pay")
    assert shop.heard == []
    last = [one["id"] for one in stand_in.events()][-2:]
    sent = httpx2.post(f"{stand_in.url}/dashboard/events", json={"ids": last[::-1]}).json()
    assert sent == {"sent": [200, 200]}
    assert shop.kinds() == ["PAYMENT.AUTHORIZATION.CREATED", "CHECKOUT.ORDER.APPROVED"]


def test_a_mood_that_does_not_exist_is_refused(stand_in: PayPalServer) -> None:
    for wrong in ({"weights": {"capture": {"sad": 1}}}, {"next": [["void", "pending"]]}, {"webhooks": "never"}):
        assert httpx2.post(f"{stand_in.url}/knobs", json=wrong).status_code == 400
        with pytest.raises(UnknownMood):
            Knobs(**wrong)  # type: ignore[arg-type]
    assert httpx2.post(f"{stand_in.url}/knobs", json={"colour": "red"}).status_code == 400


def test_weights_draw_the_same_again() -> None:
    knobs = Knobs(weights={"capture": {"outage": 1, "calm": 1}}, seed=7)
    first = [drawn(knobs, "capture", str(number)) for number in range(20)]
    assert set(first) == {"outage", "calm"}
    assert first == [drawn(knobs, "capture", str(number)) for number in range(20)]
    assert drawn(knobs, "refund", "1") == "calm"


def test_it_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "providers.sandbox.paypal", "--log", str(tmp_path / "effects.jsonl")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    assert httpx2.get(f"{url}/health").text == "OK"
    process.terminate()
    assert process.wait(20) in {0, -15}
    process.stdout.close()
