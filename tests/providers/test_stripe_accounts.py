"""Customers at Stripe and the cards that it keeps for them."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

import pytest

from commerce.payment.accounts import Account, Customer, PaymentAccounts
from commerce.payment.port import Refused, Unknown
from kit.ids import new_id
from providers.stripe.payment import StripePayments
from tests.support.sandbox import Ask, opened
from tests.support.stand_in import StandIn
from tests.support.stripe import confirm, seen


def carla() -> Customer:
    return Customer(
        holder_id=new_id("acchld"),
        customer_id=new_id("cus"),
        email="carla@example.com",
        name="Carla Kunde",
        phone="+4915",
    )


@pytest.fixture
def accounts(stripe: StripePayments) -> PaymentAccounts:
    assert stripe.accounts is not None
    return stripe.accounts


def known(customer: Customer, account: Account) -> Customer:
    return replace(customer, external_id=account.external_id, data=account.data)


async def test_a_customer_is_made_once_whatever_their_address(
    accounts: PaymentAccounts, stripe_server: StandIn
) -> None:
    customer = carla()
    first = await accounts.save_account(customer)
    again = await accounts.save_account(replace(customer, email="carla@example.org"))
    assert again.external_id == first.external_id
    there = seen(stripe_server, f"customers/{first.external_id}")
    assert (there["email"], there["name"], there["phone"]) == ("carla@example.org", "Carla Kunde", "+4915")
    assert there["metadata"] == {"account_holder_id": customer.holder_id, "customer_id": customer.customer_id}
    back = await accounts.save_account(known(customer, first))
    assert (back.external_id, back.data["email"]) == (first.external_id, "carla@example.com")
    assert first.data.keys() == {"id", "object", "created", "email", "livemode", "name", "phone"}


@pytest.mark.parametrize("kind", ["reset_after", "error_after"])
async def test_a_customer_whose_making_was_not_answered_is_found_or_refused(
    accounts: PaymentAccounts, stripe_server: StandIn, kind: str
) -> None:
    customer = carla()
    stripe_server.turn({"call": "customers.create", "kind": kind})
    with pytest.raises(Unknown):
        await accounts.save_account(customer)
    if kind == "reset_after":
        assert (await accounts.save_account(customer)).external_id
    else:
        with pytest.raises(Refused):
            await accounts.save_account(customer)


async def test_a_card_is_kept_by_paying_with_it(
    stripe: StripePayments, accounts: PaymentAccounts, stripe_server: StandIn, ask: Ask
) -> None:
    customer = carla()
    account = await accounts.save_account(customer)
    holder = {"external_id": account.external_id, "provider_id": stripe.id}
    request = replace(ask(setup_future_usage="off_session"), context={"account_holder": holder})
    session = await opened(stripe, request)
    assert session.data["customer"] == account.external_id
    confirm(stripe_server, session.data)
    (saved,) = await accounts.saved_methods(known(customer, account))
    assert (saved.data["type"], saved.data["card"]["brand"], saved.data["card"]["last4"]) == ("card", "visa", "4242")
    assert "billing_details" not in saved.data
    again = await opened(stripe, replace(ask(), context={"account_holder": holder}))
    assert confirm(stripe_server, again.data, saved.id).status_code == HTTPStatus.OK


async def test_a_card_is_kept_without_paying(accounts: PaymentAccounts, stripe_server: StandIn) -> None:
    customer = carla()
    with pytest.raises(Refused, match="does not know"):
        await accounts.save_method(customer, "k")
    customer = known(customer, await accounts.save_account(customer))
    begun = await accounts.save_method(customer, customer.holder_id)
    assert (await accounts.save_method(customer, customer.holder_id)).id == begun.id
    assert begun.data["status"] == "requires_payment_method"
    assert confirm(stripe_server, begun.data, "pm_card_chargeDeclined").status_code == HTTPStatus.PAYMENT_REQUIRED
    assert list(await accounts.saved_methods(customer)) == []
    assert confirm(stripe_server, begun.data, "pm_card_mastercard").json()["status"] == "succeeded"
    assert [one.data["card"]["last4"] for one in await accounts.saved_methods(customer)] == ["4444"]


async def test_a_forgotten_customer_keeps_nothing(accounts: PaymentAccounts, stripe_server: StandIn) -> None:
    customer = carla()
    await accounts.delete_account(customer)
    assert list(await accounts.saved_methods(customer)) == []
    customer = known(customer, await accounts.save_account(customer))
    confirm(stripe_server, (await accounts.save_method(customer, customer.holder_id)).data)
    await accounts.delete_account(customer)
    await accounts.delete_account(customer)
    assert list(await accounts.saved_methods(customer)) == []
    with pytest.raises(Refused, match="No such customer"):
        await accounts.save_account(customer)


async def test_a_customer_who_was_deleted_at_stripe_pays_as_a_guest(
    stripe: StripePayments, accounts: PaymentAccounts, stripe_server: StandIn, ask: Ask
) -> None:
    customer = known(carla(), await accounts.save_account(carla()))
    await accounts.delete_account(customer)
    request = replace(ask(), context={"account_holder": {"external_id": customer.external_id}})
    session = await opened(stripe, request)
    assert session.data["customer"] is None
    assert (await stripe.create_session(request)).reference == session.reference
    assert confirm(stripe_server, session.data).status_code == HTTPStatus.OK
    assert (await stripe.release(request)).reference == session.reference


async def test_bad_credentials_are_not_taken_for_an_answer(accounts: PaymentAccounts, stripe_server: StandIn) -> None:
    customer = known(carla(), await accounts.save_account(carla()))
    stripe_server.turn({"call": "*", "kind": "refuse", "times": None})
    with pytest.raises(Refused):
        await accounts.saved_methods(customer)
    with pytest.raises(Refused):
        await accounts.delete_account(customer)
