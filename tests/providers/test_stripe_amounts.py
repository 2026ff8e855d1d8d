"""Amounts by Stripe's own table: literal figures from its page of currencies, so that no code is its own judge."""

from __future__ import annotations

from decimal import Decimal

import pytest

from commerce.payment.port import Refused, SessionRequest
from providers.stripe.amounts import in_major, in_minor
from providers.stripe.answers import No
from providers.stripe.payment import StripePayments
from tests.support.sandbox import Ask


@pytest.mark.parametrize(
    ("amount", "code", "minor"),
    [
        ("10", "usd", 1000),
        ("12.50", "EUR", 1250),
        ("12.500", "eur", 1250),
        ("0.01", "gbp", 1),
        ("500", "jpy", 500),
        ("500", "krw", 500),
        ("500", "clp", 500),
        ("5000", "mga", 5000),  # two decimals in ISO 4217
        ("500", "pyg", 500),
        ("500", "xpf", 500),
        ("10.45", "huf", 1045),  # no decimals in payouts only
        ("800.45", "twd", 80045),
        ("5", "isk", 500),  # no decimals, counted in hundredths
        ("5", "ugx", 500),
        ("5.12", "kwd", 5120),
        ("5.120", "bhd", 5120),
        ("1.5", "tnd", 1500),
        ("100", "afn", 10000),  # displays without decimals, charged with two
    ],
)
def test_amounts_go_both_ways(amount: str, code: str, minor: int) -> None:
    assert in_minor(Decimal(amount), code) == minor
    assert in_major(minor, code) == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "code", "told"),
    [
        ("12.505", "eur", "Stripe takes EUR in steps of 0.01; 12.505 cannot be charged."),
        ("500.5", "jpy", "Stripe takes JPY in steps of 1; 500.5 cannot be charged."),
        ("5.50", "isk", "Stripe takes ISK in steps of 1.00; 5.50 cannot be charged."),
        ("5.5", "ugx", "Stripe takes UGX in steps of 1.00; 5.5 cannot be charged."),
        ("5.124", "kwd", "Stripe takes KWD in steps of 0.010; 5.124 cannot be charged."),
        ("5.1204", "kwd", "Stripe takes KWD in steps of 0.010; 5.1204 cannot be charged."),
        ("5", "iqd", "Stripe does not take IQD."),
    ],
)
def test_what_cannot_be_expressed_is_refused(amount: str, code: str, told: str) -> None:
    with pytest.raises(No) as refusal:
        in_minor(Decimal(amount), code)
    assert refusal.value.message == told


async def test_a_session_of_such_an_amount_is_refused_before_stripe_hears_of_it(
    stripe: StripePayments, ask: Ask
) -> None:
    dinar = ask(amount="5.124")
    request = SessionRequest(
        session_id=dinar.session_id, key=dinar.key, amount=dinar.amount, currency_code="kwd", data=dinar.data
    )
    with pytest.raises(Refused, match=r"in steps of 0\.010"):
        await stripe.create_session(request)
    assert (await stripe.release(request)).reference is None
