"""Amounts as PayPal writes them: text, with exactly the decimals that its own table gives a currency."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from commerce.payment.port import Refused, Unknown

# PayPal's currency codes page, not ISO 4217: other currencies are refused, and HUF and TWD take no decimals there.
_TWO: Final = (
    "AUD BRL CAD CNY CZK DKK EUR HKD ILS MYR MXN NZD NOK PHP PLN GBP SGD SEK CHF THB USD"  # CNY, BRL, MYR: in-country
)
DECIMALS: Final[Mapping[str, int]] = {**dict.fromkeys(_TWO.split(), 2), "HUF": 0, "JPY": 0, "TWD": 0}
LARGEST: Final = Decimal("999999999999999.99")


def money(amount: Decimal, currency_code: str) -> dict[str, str]:
    """Return PayPal's money object; Refused when PayPal has no such currency, or cannot express the amount in it."""
    code = currency_code.upper()
    decimals = DECIMALS.get(code)
    if decimals is None:
        raise Refused(f"PayPal does not take {code}.")
    if not (amount.is_finite() and 0 < amount <= LARGEST):
        raise Refused(f"PayPal takes no amount of {amount:f} {code}.")
    text = f"{amount:.{decimals}f}"
    if Decimal(text) != amount:
        raise Refused(f"PayPal takes {code} with {decimals} decimals, not {amount:f}.")
    return {"currency_code": code, "value": text}


def as_amount(found: Mapping[str, Any]) -> Decimal:
    """Return the amount of a money object; Unknown for what is none."""
    try:
        amount = Decimal(found["value"])
    except (KeyError, TypeError, InvalidOperation, ValueError) as error:
        raise Unknown("PayPal's answer has an amount that could not be understood.") from error
    if not amount.is_finite():
        raise Unknown("PayPal's answer has an amount that could not be understood.")
    return amount
