"""The client: tokens, what its errors say, amounts as PayPal writes them, and secrets that stay where they are."""

from __future__ import annotations

import asyncio
import logging
from decimal import Decimal

import pytest

from commerce.payment.port import Declined, Refused, Unknown
from kit.settings import Settings
from providers.paypal.amounts import as_amount, money
from providers.paypal.client import PayPalClient
from providers.paypal.install import paypal as installed
from providers.paypal.payment import PayPalPayments
from providers.paypal.problems import as_problem
from providers.registry import payment_providers
from tests.support.paypal import CLIENT_ID, SECRET, PayPalServer, paypal
from tests.support.sandbox import Ask, opened


async def test_one_token_serves_all_calls_until_shortly_before_its_end(
    stand_in: PayPalServer, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = paypal(stand_in.url)
    asked = 0
    fresh = provider._client._fresh

    async def counted(seconds: float) -> object:
        nonlocal asked
        asked += 1
        return await fresh(seconds)

    monkeypatch.setattr(provider._client, "_fresh", counted)
    await asyncio.gather(*(provider.create_session(ask()) for _ in range(5)))
    assert asked == 1
    now = provider._client._token.good_until
    monkeypatch.setattr("providers.paypal.client.monotonic", lambda: now)
    await provider.create_session(ask())
    assert asked == 2
    await provider.close()


async def test_a_token_that_was_revoked_is_replaced_once(
    buttons: PayPalPayments, stand_in: PayPalServer, ask: Ask
) -> None:
    session = await opened(buttons, ask())
    stand_in.forget_tokens()
    assert (await buttons.status(session)).reference == session.reference


async def test_wrong_credentials_are_a_persons_matter(stand_in: PayPalServer, ask: Ask) -> None:
    client = PayPalClient(stand_in.url, CLIENT_ID, "another")
    provider = PayPalPayments(client, session_seconds=5, money_seconds=5)
    with pytest.raises(Refused, match="401 invalid_client"):
        await provider.create_session(ask())
    await provider.close()


async def test_a_token_that_cannot_be_had_is_unknown(stand_in: PayPalServer, ask: Ask) -> None:
    provider = paypal(stand_in.url)
    stand_in.next("token=outage")
    with pytest.raises(Unknown):
        await provider.create_session(ask())
    await provider.close()
    nobody = paypal("http://127.0.0.1:1")
    with pytest.raises(Unknown, match="did not answer"):
        await nobody.create_session(ask())
    await nobody.close()


async def test_no_secret_is_shown_or_logged(stand_in: PayPalServer, ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(paypal_client_id=CLIENT_ID, paypal_secret=SECRET, paypal_base_url=stand_in.url)
    provider = installed(settings)
    with caplog.at_level(logging.DEBUG):
        session = await opened(provider, ask())
        stand_in.next("get=outage")
        with pytest.raises(Unknown) as caught:
            await provider.status(session)
    token = provider._client._token
    shown = f"{settings!r} {provider._client!r} {vars(provider._client)!r} {token!r} {caught.value!r} {caplog.text}"
    assert SECRET not in shown
    assert token.text
    assert token.text not in shown
    assert token.text not in stand_in.log.read_text()
    assert SECRET not in stand_in.log.read_text()
    await provider.close()


async def test_it_is_offered_with_both_its_credentials() -> None:
    both = Settings(paypal_client_id="id", paypal_secret=SECRET, paypal_intent="capture", paypal_webhook_id="A B")
    found = payment_providers(both)["pp_paypal_paypal"]
    assert found.confirmed_by_client
    assert found.events is not None
    await found.close()
    assert "pp_paypal_paypal" not in payment_providers(Settings(paypal_client_id="id"))
    with pytest.raises(ValueError, match="client id and a secret"):
        installed(Settings())


@pytest.mark.parametrize(
    ("amount", "code", "value"),
    [
        ("12.5", "eur", "12.50"),
        ("12", "usd", "12.00"),
        ("1E+2", "jpy", "100"),
        ("1500.00", "huf", "1500"),
        ("7", "twd", "7"),
    ],
)
def test_amounts_are_written_by_paypals_table(amount: str, code: str, value: str) -> None:
    assert money(Decimal(amount), code) == {"currency_code": code.upper(), "value": value}
    assert as_amount({"value": value}) == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("12.505", "eur"),
        ("0.1", "huf"),
        ("0.5", "twd"),
        ("1.5", "jpy"),
        ("0", "eur"),
        ("-1", "eur"),
        ("1", "kwd"),
        ("1", "inr"),
        ("1000000000000000", "usd"),
        ("NaN", "eur"),
        ("Infinity", "eur"),
    ],
)
def test_what_paypal_cannot_express_is_refused(amount: str, code: str) -> None:
    with pytest.raises(Refused):
        money(Decimal(amount), code)


@pytest.mark.parametrize("found", [{}, {"value": None}, {"value": "ten"}, {"value": "NaN"}])
def test_an_amount_that_is_none_is_unknown(found: dict[str, object]) -> None:
    with pytest.raises(Unknown):
        as_amount(found)


@pytest.mark.parametrize(
    ("status", "issue", "kind"),
    [
        (422, "INSTRUMENT_DECLINED", Declined),
        (422, "PAYER_CANNOT_PAY", Declined),
        (422, "AUTHORIZATION_EXPIRED", Declined),
        (422, "CAPTURE_FULLY_REFUNDED", Declined),
        (422, "DUPLICATE_INVOICE_ID", Refused),
        (422, "PAYEE_ACCOUNT_RESTRICTED", Refused),
        (422, "REFUND_FAILED_INSUFFICIENT_FUNDS", Refused),
        (422, "WORD_OF_NEXT_YEAR", Refused),
        (422, "ORDER_COMPLETION_IN_PROGRESS", Unknown),
        (409, "PREVIOUS_REQUEST_IN_PROGRESS", Unknown),
        (429, "RATE_LIMIT_REACHED", Unknown),
        (500, "INTERNAL_SERVER_ERROR", Unknown),
        (503, "SERVICE_UNAVAILABLE", Unknown),
        (400, "INVALID_PARAMETER_VALUE", Refused),
        (403, "PERMISSION_DENIED", Refused),
        (404, "INVALID_RESOURCE_ID", Refused),
    ],
)
def test_a_refusal_is_one_of_three(status: int, issue: str, kind: type[Exception]) -> None:
    body = {"name": "NAME", "message": "M.", "debug_id": "d1", "details": [{"issue": issue, "description": "Why."}]}
    error = as_problem(status, body).as_error()
    assert type(error) is kind
    assert "Why." in error.message
    is_for_the_shopper = kind is Declined
    assert ("d1" in error.message) is not is_for_the_shopper


def test_a_refusal_without_words_still_says_something() -> None:
    assert as_problem(400, {"details": [7]}).as_error().message == "PayPal: It gave no reason. (400 UNKNOWN)"
