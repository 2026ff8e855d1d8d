"""What is taken for a card's number, and what is not."""

from __future__ import annotations

import pytest

from kit.cards import has_card_number

TEST_CARDS = (
    "4242424242424242",  # Visa
    "4000056655665556",
    "5555555555554444",  # Mastercard
    "2223003122003222",
    "378282246310005",  # American Express
    "6011111111111117",  # Discover
    "6011000990139424",
    "30569309025904",  # Diners Club
    "36227206271667",
    "3566002020360505",  # JCB
    "6200000000000005",  # UnionPay
    "6205500000000000004",
    "6759649826438453",  # Maestro
)


@pytest.mark.parametrize("card", TEST_CARDS)
def test_numbers_of_every_issuer_are_seen_however_they_are_written(card: str) -> None:
    fours = [card[place : place + 4] for place in range(0, len(card), 4)]
    for written in (card, " ".join(fours), "-".join(fours), "\u00a0".join(fours), f"card:{card} 12/29 123"):
        assert has_card_number({"deep": [{"note": f"mine is {written}, please"}]}), written
    assert has_card_number({card: True})
    assert has_card_number([int(card)])


@pytest.mark.parametrize(
    "other",
    [
        "4242424242424241",  # its check digit is wrong
        "4006381333931",  # an EAN that Luhn would pass, too
        "+49 151 23456789",
        "4915123456789",
        "1111111111111117",  # nobody's prefix
        "42424242424242424242424242",  # a longer run of digits
        "550e8400-e29b-41d4-a716-446655440000",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "52.4242424242424242",  # a place on a map
        "1732471234567",  # a moment
        "2026-11-24 18:37:49",
        "4242 4242",
    ],
)
def test_other_numbers_are_not(other: str) -> None:
    assert not has_card_number({"value": other, "more": [True, None, 0.4242424242424242]})
