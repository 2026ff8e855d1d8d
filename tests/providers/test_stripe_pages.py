"""The pages of Stripe's stand-in, as somebody without a script uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2
import pytest

from commerce.payment.port import Holding, SessionRequest
from providers.sandbox.stripe.cards import card_of
from providers.sandbox.stripe.pages import CARDS
from providers.stripe.payment import StripePayments
from tests.support.sandbox import Ask, opened
from tests.support.stand_in import StandIn
from tests.support.stripe import confirm, seen

GOOD, DECLINED, ASKING = "pm_card_visa", "pm_card_chargeDeclined", "pm_card_threeDSecure2Required"


@pytest.fixture
def visitor(stripe_server: StandIn) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=stripe_server.url, follow_redirects=True) as client:
        yield client


def click(visitor: httpx2.Client, id_: str, action: str, kind: str = "payment_intents", **form: str) -> httpx2.Response:
    """Press a button that is on the dashboard."""
    where = f"/dashboard/{kind}/{id_}/{action}"
    assert f'action="{where}"' in visitor.get("/dashboard").text
    return visitor.post(where, data=form)


def row(page: str, id_: str) -> str:
    (found,) = [one for one in page.split("<tr>") if id_ in one]
    return found


async def made(stripe: StripePayments, ask: Ask) -> tuple[SessionRequest, str]:
    session = await opened(stripe, ask())
    return session, str(session.reference)


async def test_a_good_card_is_held_captured_in_part_refunded_in_part_and_disputed(
    visitor: httpx2.Client, stripe: StripePayments, ask: Ask
) -> None:
    session, id_ = await made(stripe, ask)
    assert "requires payment method" in row(visitor.get("/").text, id_)
    assert "held 12.50 EUR" in row(click(visitor, id_, "confirm", payment_method=GOOD).text, id_)
    assert (await stripe.status(session)).holding == Holding.HELD
    assert "captured 6.25 EUR" in row(click(visitor, id_, "capture", amount="6.25").text, id_)
    assert "refund 2.00 EUR succeeded" in row(click(visitor, id_, "refund", amount="2,00").text, id_)
    page = row(click(visitor, id_, "dispute", amount="1").text, id_)
    assert "dispute 1.00 EUR needs response" in page
    (dispute,) = re.findall(r"/disputes/(\w+)/lost", page)
    assert "dispute 1.00 EUR lost" in row(click(visitor, dispute, "lost", "disputes").text, id_)
    (found,) = (await stripe.status(session)).disputes
    assert found.reference == dispute


async def test_a_declined_card_is_told_and_the_next_one_pays(
    visitor: httpx2.Client, stripe: StripePayments, ask: Ask
) -> None:
    session, id_ = await made(stripe, ask)
    declined = click(visitor, id_, "confirm", payment_method=DECLINED)
    assert declined.status_code == 402
    assert "Your card was declined." in row(declined.text, id_)
    assert (await stripe.status(session)).holding == Holding.NOTHING
    assert "held 12.50 EUR" in row(click(visitor, id_, "confirm", payment_method=GOOD).text, id_)
    page = row(click(visitor, id_, "cancel").text, id_)
    assert "canceled" in page
    assert "let go 12.50 EUR" in page
    assert "refund" not in page


@pytest.mark.parametrize("decision", [("accept", "held 12.50 EUR", 200), ("refuse", "unable to", 402)])
async def test_the_bank_asks(
    visitor: httpx2.Client, stripe: StripePayments, ask: Ask, decision: tuple[str, str, int]
) -> None:
    outcome, word, then = decision
    _, id_ = await made(stripe, ask)
    assert f'href="/3ds/{id_}"' in click(visitor, id_, "confirm", payment_method=ASKING).text
    question = visitor.get(f"/3ds/{id_}").text
    assert "<b>12.50 EUR</b>" in question
    assert f'value="{outcome}"' in question
    decided = visitor.post(f"/3ds/{id_}", data={"outcome": outcome})
    assert decided.status_code == then
    assert word in row(decided.text, id_)
    assert visitor.post(f"/3ds/{id_}", data={"outcome": "accept"}).status_code == 409, "it is asked once"
    assert "nothing to decide" in visitor.get(f"/3ds/{id_}").text


@pytest.mark.parametrize("decision", [("accept", "succeeded"), ("refuse", "failed")])
async def test_the_bank_sends_the_shopper_back_to_the_shop(
    visitor: httpx2.Client, stripe: StripePayments, stripe_server: StandIn, ask: Ask, decision: tuple[str, str]
) -> None:
    outcome, status = decision
    session, id_ = await made(stripe, ask)
    asked = confirm(stripe_server, session.data, ASKING, "http://shop.test/back?cart=1").json()
    assert asked["next_action"]["redirect_to_url"]["url"].endswith(f"/3ds/{id_}")
    sent = visitor.post(f"/3ds/{id_}", data={"outcome": outcome}, follow_redirects=False)
    back = httpx2.URL(sent.headers["location"])
    assert (back.host, back.params["cart"], back.params["payment_intent"]) == ("shop.test", "1", id_)
    assert back.params["redirect_status"] == status
    assert back.params["payment_intent_client_secret"] == session.data["client_secret"]


async def test_what_cannot_be_done_is_told(visitor: httpx2.Client, stripe: StripePayments, ask: Ask) -> None:
    _, id_ = await made(stripe, ask)
    click(visitor, id_, "confirm", payment_method=GOOD)
    for amount, said in (("much", "much is no amount."), ("1.005", "1.005 is no amount in EUR."), ("NaN", "NaN is no")):
        refused = click(visitor, id_, "capture", amount=amount)
        assert (refused.status_code, said in refused.text) == (400, True)
    assert "more than what is capturable" in click(visitor, id_, "capture", amount="12.51").text
    assert visitor.post(f"/dashboard/payment_intents/{id_}/burn").status_code == 404
    assert visitor.post("/dashboard/payment_intents/none/cancel").status_code == 404
    assert visitor.get("/3ds/none").status_code == 404


async def test_what_a_shop_wrote_is_no_html(
    visitor: httpx2.Client, stripe: StripePayments, stripe_server: StandIn, ask: Ask
) -> None:
    _, id_ = await made(stripe, ask)
    assert seen(stripe_server, f"payment_intents/{id_}")["id"] == id_
    headers = {"authorization": "Bearer sk_test_shop"}
    visitor.post(f"/v1/payment_intents/{id_}", data={"metadata[session_id]": "<script>"}, headers=headers)
    page = visitor.get("/dashboard").text
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_every_card_on_the_page_is_one_of_the_stand_in() -> None:
    assert [token for token in CARDS if card_of(token) is None] == []
