"""A shopper at PayPal: approving, declining, paying in the browser; what of it is held, taken, pending."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from commerce.payment.models import SessionStatus
from commerce.payment.movements import MovementStatus
from commerce.payment.port import ZERO, Declined, Holding, Refused, SessionRequest, Unknown
from providers.paypal.payment import PayPalPayments
from tests.support.paypal import PayPalServer
from tests.support.sandbox import Ask, opened

PRICE = Decimal("12.50")


def order_of(stand_in: PayPalServer, session: SessionRequest) -> list[dict[str, Any]]:
    return [one for one in stand_in.effects() if one["session"] == session.session_id]


async def test_the_button_gets_the_orders_id_and_a_link(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await buttons.create_session(ask())
    link = {"rel": "approve", "href": f"{stand_in.url}/checkoutnow?token={session.reference}"}
    assert session.data == {
        "id": session.reference,
        "status": "CREATED",
        "intent": "AUTHORIZE",
        "links": [link],
    }


async def test_nothing_is_tried_until_the_shopper_approved(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await opened(buttons, ask())
    answer = await buttons.authorise(session)
    assert (answer.status, answer.held) == (SessionStatus.REQUIRES_MORE, ZERO)
    stand_in.shopper(session.reference, "cancel")
    assert (await buttons.authorise(session)).status == SessionStatus.REQUIRES_MORE
    stand_in.shopper(session.reference)
    assert (await buttons.status(session)).holding == Holding.NOTHING
    answer = await buttons.authorise(session)  # with the same key: it was not spent on a refusal
    assert (answer.status, answer.held) == (SessionStatus.AUTHORIZED, PRICE)
    assert stand_in.moved(session, "authorise") == ["12.50"]


async def test_money_that_the_browser_held_is_found_and_not_held_again(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference, "pay")
    assert (await buttons.status(session)).holding == Holding.HELD
    answer = await buttons.authorise(session)
    assert (answer.status, answer.held) == (SessionStatus.AUTHORIZED, PRICE)
    assert stand_in.moved(session, "authorise") == ["12.50"]


async def test_money_is_taken_at_once_where_the_shop_wants_that(
    takes_at_once: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await opened(takes_at_once, ask())
    stand_in.shopper(session.reference)
    first = await takes_at_once.authorise(session)
    assert first == await takes_at_once.authorise(session)
    assert (first.status, first.held, first.captured) == (SessionStatus.CAPTURED, ZERO, PRICE)
    found = await takes_at_once.status(session)
    assert (found.holding, found.captured, found.fees) == (Holding.CAPTURED, PRICE, Decimal("0.35"))
    assert [(one.key, one.amount, one.status) for one in found.captures] == [
        (session.session_id, PRICE, MovementStatus.DONE)
    ]


async def test_a_declined_card_is_the_shoppers_matter_and_another_one_pays(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference, "approve-badly")
    with pytest.raises(Declined, match="declined by the processor"):
        await buttons.authorise(session)
    again = replace(session, key=f"{session.key}:2")
    assert (await buttons.authorise(again)).status == SessionStatus.REQUIRES_MORE
    stand_in.shopper(session.reference)
    assert (await buttons.authorise(again)).held == PRICE


@pytest.mark.parametrize("captures", [False, True])
async def test_what_paypal_has_not_decided_is_not_paid(
    captures: bool,  # noqa: FBT001 - a parameter of the test
    buttons: PayPalPayments,
    takes_at_once: PayPalPayments,
    stand_in: PayPalServer,
    ask: Ask,
) -> None:
    provider = takes_at_once if captures else buttons
    session = await opened(provider, ask())
    stand_in.shopper(session.reference)
    stand_in.next("capture_order=pending" if captures else "authorize=pending")
    first = await provider.authorise(session)
    assert first == await provider.authorise(session)
    assert (first.status, first.held, first.captured) == (SessionStatus.PENDING_AUTHORIZATION, ZERO, ZERO)
    found = await provider.status(session)
    assert (found.holding, found.held, found.captured) == (Holding.NOTHING, ZERO, ZERO)


async def test_a_pending_capture_is_paid_once_paypal_says_so(
    takes_at_once: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await opened(takes_at_once, ask())
    stand_in.shopper(session.reference)
    stand_in.next("capture_order=pending")
    waiting = await takes_at_once.authorise(session)
    assert (await takes_at_once.status(session)).captures[0].status == MovementStatus.PENDING
    stand_in.dashboard("captures", waiting.data["capture_id"], "complete")
    found = await takes_at_once.status(session)
    assert (found.status, found.captured, found.fees) == (SessionStatus.CAPTURED, PRICE, Decimal("0.35"))


@pytest.mark.parametrize("call", ["authorize", "capture_order"])
async def test_an_order_whose_payment_failed_is_over(
    call: str, buttons: PayPalPayments, takes_at_once: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    provider = buttons if call == "authorize" else takes_at_once
    session = await opened(provider, ask())
    stand_in.shopper(session.reference)
    stand_in.next(f"{call}=fail")
    answer = await provider.authorise(session)
    assert (answer.status, answer.held, answer.captured) == (SessionStatus.ERROR, ZERO, ZERO)
    assert (await provider.status(session)).holding == Holding.RELEASED


@pytest.mark.parametrize("other", [{"amount": Decimal(99)}, {"currency_code": "usd"}])
async def test_another_amount_than_ours_is_an_error_before_and_after_it_is_held(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask, other: dict[str, Any]
) -> None:
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference)
    answer = await buttons.authorise(replace(session, **other))
    assert (answer.status, answer.held) == (SessionStatus.ERROR, ZERO)
    stand_in.shopper(session.reference, "pay")
    answer = await buttons.authorise(replace(session, **other))
    assert (answer.status, answer.held) == (SessionStatus.ERROR, PRICE)


async def test_a_paid_order_keeps_its_price_and_is_not_deleted(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference, "pay")
    with pytest.raises(Refused, match="paid or has ended"):
        await buttons.update_session(replace(session, amount=Decimal(1), key=f"{session.key}:2"))
    with pytest.raises(Refused, match="release it"):
        await buttons.delete_session(session)


async def test_a_deleted_session_cannot_be_paid(buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask) -> None:
    session = await opened(buttons, ask())
    stand_in.shopper(session.reference)
    await buttons.delete_session(session)
    assert (await buttons.authorise(session)).status == SessionStatus.CANCELED
    assert (await buttons.status(session)).holding == Holding.RELEASED


async def test_the_shopper_comes_back_to_the_address_that_the_storefront_gave(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    shop = {"return_url": "https://shop.example/back?cart=1", "cancel_url": "https://shop.example/pay"}
    session = await opened(buttons, ask(**shop))
    assert [link["rel"] for link in session.data["links"]] == ["payer-action"]
    back = httpx2.post(f"{stand_in.url}/checkoutnow/{session.reference}/approve")
    assert back.headers["location"].startswith(f"https://shop.example/back?cart=1&token={session.reference}&PayerID=")
    assert (await buttons.authorise(session)).held == PRICE


async def test_an_address_that_is_none_goes_nowhere(buttons: PayPalPayments, ask: Ask) -> None:
    session = await buttons.create_session(ask(return_url="javascript:alert(1)", cancel_url=7))
    assert session.data["links"][0]["rel"] == "approve"


async def test_asking_about_an_order_that_was_never_made_proves_nothing(buttons: PayPalPayments, ask: Ask) -> None:
    assert (await buttons.status(ask())).holding == Holding.UNKNOWN
    with pytest.raises(Unknown):
        await buttons.authorise(replace(ask(), reference="0AB12345CD678901E"))


async def test_an_order_that_the_browser_changed_is_not_paid(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await opened(buttons, ask())
    await buttons.update_session(replace(session, amount=Decimal(1)))  # as a button's script could
    stand_in.shopper(session.reference)
    assert (await buttons.authorise(session)).status == SessionStatus.ERROR
    assert stand_in.moved(session, "authorise") == []
