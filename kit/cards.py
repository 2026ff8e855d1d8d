"""Card numbers, which no part of this shop may hold (design: security)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

# How cards begin and how long they are, by issuer. Visa's numbers of 13 digits went out of use long ago, while phone
# numbers with their country and EANs have 13 and often begin with a 4.
_ISSUED: Final = re.compile(
    r"""
      4[0-9]{15}(?:[0-9]{3})?                                                   # Visa
    | (?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}  # Mastercard
    | 3[47][0-9]{13}                                                            # American Express
    | 3(?:0[0-5]|[689][0-9])[0-9]{11}(?:[0-9]{2,5})?                            # Diners Club
    | 35(?:2[89]|[3-8][0-9])[0-9]{12,15}                                        # JCB
    | 6(?:011|4[4-9][0-9]|5[0-9]{2})[0-9]{12,15}                                # Discover
    | (?:62|81)[0-9]{14,17}                                                     # UnionPay
    | (?:50|5[6-8]|6[0137])[0-9]{12,17}                                         # Maestro
    """,
    re.VERBOSE,
)
_SHORTEST, _LONGEST = 14, 19
# Digits as people write them, in groups; what follows the point of a fraction is no group.
_RUN: Final = re.compile(r"(?<![0-9])(?<![0-9][.,])[0-9]+(?:[\s\-\u2010-\u2015]{1,3}[0-9]+)*")
_GROUP: Final = re.compile(r"[0-9]+")
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def has_card_number(value: object) -> bool:
    """Tell whether a card's number stands anywhere in a JSON value, be it a key, a text or a whole number.

    Such a number begins as those of an issuer do, is as long, and ends with its check digit (Luhn); blanks and dashes
    between its digits do not hide it.
    """
    return any(_holds_number(text) for text in _texts(value))


def _holds_number(text: str) -> bool:
    return any(
        _ISSUED.fullmatch(digits) and _is_checked(digits)
        for run in _RUN.finditer(text)
        for digits in _candidates(_GROUP.findall(run.group()))
    )


def _candidates(groups: list[str]) -> Iterator[str]:
    """Yield each way to read neighbouring groups as one number: an expiry date or a code may stand beside it."""
    for first in range(len(groups)):
        digits = ""
        for group in groups[first:]:
            digits += group
            if len(digits) > _LONGEST:
                break
            if len(digits) >= _SHORTEST:
                yield digits


def _is_checked(digits: str) -> bool:
    numbers = [int(digit) for digit in reversed(digits)]
    return (sum(numbers[::2]) + sum(_DOUBLED[number] for number in numbers[1::2])) % 10 == 0


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from (str(key), *_texts(item))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
