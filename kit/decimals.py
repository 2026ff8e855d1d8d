"""Decimal arithmetic of the contract (sections 6 and 7): division, rounding, the `raw_` twin, JSON numbers.

Division and rounding of amounts happen in this file and in kit/money.py only; an architecture test says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import ROUND_05UP, ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import lru_cache
from typing import Final, TypeAlias

Encodable: TypeAlias = (
    "Mapping[str, Encodable] | list[Encodable] | tuple[Encodable, ...] | Decimal | str | int | bool | None"
)

ZERO: Final = Decimal(0)
PRECISION: Final = 20
"""Places after the point of a quotient, and significant digits of a `raw_` twin."""

NEGLIGIBLE: Final = Decimal("0.0001")
"""Amounts up to this size count as nothing (contract section 6); less than half of the smallest minor unit."""

_TRAPS: Final = [DivisionByZero, InvalidOperation, Overflow]
EXACT: Final = Context(prec=100, rounding=ROUND_HALF_UP, traps=_TRAPS)
"""The context in which sums and products of amounts lose no digit; Python's default keeps only 28."""

# Rounding the quotient "away from 0 and 5" first makes the second rounding, to 20 places, exact.
_QUOTIENT: Final = Context(prec=100, rounding=ROUND_05UP, traps=_TRAPS)
_SIGNIFICANT: Final = Context(prec=PRECISION, rounding=ROUND_HALF_UP, traps=_TRAPS)
_LAST_PLACE: Final = Decimal(1).scaleb(-PRECISION)
_NOISELESS: Final = Decimal(1).scaleb(-12)

_quoted: Final = lru_cache(maxsize=1024)(json.dumps)  # the few names of totals, again and again


def div(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Return the quotient to 20 places after the point, half up (contract section 6)."""
    return _QUOTIENT.divide(dividend, divisor).quantize(_LAST_PLACE, ROUND_HALF_UP, EXACT)


def rho(value: Decimal, unit: Decimal) -> Decimal:
    """Return `value` rounded half up (away from zero) to a multiple of the minor unit, such as `Decimal("0.01")`."""
    return value.quantize(unit, ROUND_HALF_UP, EXACT)


def kept(value: Decimal) -> Decimal:
    """Return `value` with the 20 places after the point that are stored, so that it reads back as it is held."""
    return rho(value, _LAST_PLACE)


def drop_tail(value: Decimal) -> Decimal:
    """Return `value` to 12 places: what quotients of 20 places leave behind them decides no comparison.

    A third of 20 is 6.66666666666666666667, and three of them are more than 20.
    """
    return value.quantize(_NOISELESS, ROUND_HALF_UP, EXACT)


def half_up(value: Decimal, unit: Decimal) -> Decimal:
    """Return what `rho` does of a `value` that quotients went into: a half stays one, whatever their 20th place is.

    21.10 with 19 % in it less 5 % is 1.055 off, and 1.0549999999999999999999 when it was taken off the net price.
    """
    return rho(drop_tail(value), unit)


def raw(value: Decimal) -> dict[str, str | int]:
    """Return the `raw_` twin of an amount: 20 significant digits as text, zeros trimmed (contract section 6)."""
    return {"value": to_number(_SIGNIFICANT.plus(value)), "precision": PRECISION}


def settle(value: Decimal) -> Decimal:
    """Return an amount as the API publishes it: 0 when its size is 0.0001 or less (contract section 6)."""
    return value if abs(value) > NEGLIGIBLE else ZERO


def to_number(value: Decimal) -> str:
    """Return `value` as the text of a JSON number: no exponent, trailing zeros trimmed, at most 20 places.

    ValueError for NaN and infinity, which JSON does not have.
    """
    if not value.is_finite():
        raise ValueError(f"{value} is not a JSON number")
    text = format(value, "f")
    point = text.find(".")
    if point >= 0:
        if len(text) - point > PRECISION + 1:
            text = format(rho(value, _LAST_PLACE), "f")
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def encode(value: Encodable) -> str:
    """Return `value` as JSON text, its Decimals as plain numbers; TypeError for a float, whose tail is not ours."""
    if isinstance(value, Decimal):
        return to_number(value)
    if isinstance(value, Mapping):
        return "{" + ",".join([f"{_quoted(key)}:{encode(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([encode(item) for item in value]) + "]"
    if value is None or isinstance(value, str | int):
        return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"{type(value).__name__} has no place in stored JSON: {value!r}")
