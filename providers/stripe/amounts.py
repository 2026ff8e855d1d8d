"""Amounts as Stripe counts them: by its own table of currencies, which is neither ISO 4217's nor ours.

From docs.stripe.com/currencies: the zero-decimal and three-decimal currencies and the special cases. An amount that
Stripe cannot express is refused: rounded, it would be another amount than the shopper agreed to.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from kit.money import Currency, from_minor, to_minor
from providers.stripe.answers import No

ZERO_DECIMAL: Final = {
    "bif",
    "clp",
    "djf",
    "gnf",
    "jpy",
    "kmf",
    "krw",
    "mga",
    "pyg",
    "rwf",
    "vnd",
    "vuv",
    "xaf",
    "xof",
    "xpf",
}
THREE_DECIMAL: Final = {"bhd", "jod", "kwd", "omr", "tnd"}
WHOLE_ONLY: Final = {"isk", "ugx"}
"""Without decimals, but counted in hundredths, for old times' sake; fractions cannot be charged."""

UNKNOWN: Final = {"clf", "iqd", "lyd", "uyw"}
"""Currencies of other than two decimals that Stripe's table does not have."""

STEPS: Final = dict.fromkeys(THREE_DECIMAL, 10) | dict.fromkeys(WHOLE_ONLY, 100)
"""What a number of minor units must be a multiple of: the last digit of three is always 0."""


def in_minor(amount: Decimal, currency_code: str) -> int:
    """Return `amount` as Stripe takes it, 1250 for 12.50 EUR; No when Stripe cannot express it."""
    code = currency_code.lower()
    if code in UNKNOWN:
        raise No(f"Stripe does not take {code.upper()}.")
    try:
        minor = to_minor(amount, _counted(code))
    except ValueError:
        minor = None
    step = STEPS.get(code, 1)
    if minor is None or minor % step:
        smallest = in_major(step, code)
        raise No(f"Stripe takes {code.upper()} in steps of {smallest:f}; {amount:f} cannot be charged.")
    return minor


def in_major(minor: int, currency_code: str) -> Decimal:
    """Return the major units of an amount as Stripe tells it."""
    return from_minor(minor, _counted(currency_code.lower()))


def _counted(code: str) -> Currency:
    digits = 0 if code in ZERO_DECIMAL else 3 if code in THREE_DECIMAL else 2
    return Currency(code, digits)
