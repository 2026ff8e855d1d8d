"""Money: no floats, no mixed currencies, no lost cents."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.money import Currency, CurrencyMismatchError, Money, allocate, from_minor, round_parts, to_minor
from tests.support.properties import PROPERTY

D = Decimal
EUR, JPY, KWD = Currency("eur", 2), Currency("jpy", 0), Currency("kwd", 3)
CENT = D("0.01")
WEIGHTS = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.decimals(0, 1000, places=3), min_size=1)


def eur(amount: str) -> Money:
    return Money(D(amount), EUR)


class TestMoney:
    @pytest.mark.parametrize("amount", [1.5, 1, "1.5", True])
    def test_takes_decimals_only(self, amount: object) -> None:
        with pytest.raises(TypeError, match="Decimal"):
            Money(amount, EUR)  # type: ignore[arg-type] # the mistake under test

    def test_refuses_nan(self) -> None:
        with pytest.raises(ValueError, match="no amount"):
            eur("NaN")

    def test_counts(self) -> None:
        assert eur("1.10") + eur("2.20") == eur("3.30")
        assert eur("1.10") - eur("2.20") == -eur("1.10")
        assert eur("1") < eur("2") <= eur("2") < eur("3")
        assert eur("3") > eur("2") >= eur("2")

    def test_sum_loses_no_digit(self) -> None:
        big, small = eur("1E+20"), eur("0.00000000000000000001")
        assert (big + small - big) == small

    @pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
    def test_currencies_do_not_mix(self, operation: str) -> None:
        with pytest.raises(CurrencyMismatchError, match="eur met jpy"):
            getattr(eur("1"), operation)(Money(D(1), JPY))

    def test_same_amount_of_another_currency_is_not_equal(self) -> None:
        assert eur("1") != Money(D(1), JPY)

    def test_rounds_to_its_currency(self) -> None:
        assert eur("74.075").rounded() == eur("74.08")
        assert Money(D("0.5"), JPY).rounded() == Money(D(1), JPY)

    def test_allocates_to_the_cent(self) -> None:
        assert eur("0.05").allocate({"a": D(3), "b": D(7)}) == {"a": eur("0.01"), "b": eur("0.04")}


class TestMinorUnits:
    @pytest.mark.parametrize(
        ("amount", "currency", "minor"), [("19.99", EUR, 1999), ("2100", JPY, 2100), ("1.234", KWD, 1234)]
    )
    def test_there_and_back(self, amount: str, currency: Currency, minor: int) -> None:
        assert to_minor(D(amount), currency) == Money(D(amount), currency).to_minor() == minor
        assert from_minor(minor, currency) == D(amount)

    def test_refuses_what_the_currency_cannot_express(self) -> None:
        with pytest.raises(ValueError, match="whole number of minor units"):
            to_minor(D("74.075"), EUR)

    @PROPERTY
    @given(st.integers(-(10**30), 10**30), st.sampled_from([EUR, JPY, KWD]))
    def test_every_whole_number_comes_back(self, minor: int, currency: Currency) -> None:
        assert to_minor(from_minor(minor, currency), currency) == minor


class TestAllocate:
    def test_ties_go_to_the_larger_weight_and_then_to_the_smaller_key(self) -> None:
        assert allocate(D("0.02"), {"c": D(1), "b": D(1), "a": D(1)}, CENT) == {"a": CENT, "b": CENT, "c": 0}
        # a quarter and three quarters of 2: 0.5 and 1.5, the same remainder
        assert allocate(D(2), {"a": D(1), "b": D(3)}, D(1)) == {"a": 0, "b": 2}

    def test_weight_of_nothing_gets_nothing(self) -> None:
        assert allocate(D("0.10"), {"a": D(0), "b": D(1)}, CENT) == {"a": 0, "b": D("0.10")}

    def test_nothing_needs_no_weight(self) -> None:
        assert allocate(D(0), {"a": D(0)}, CENT) == {"a": 0}
        assert allocate(D(0), {}, CENT) == {}

    @pytest.mark.parametrize(
        ("amount", "weights"),
        [("0.005", {"a": D(1)}), ("-0.01", {"a": D(1)}), ("1", {"a": D(-1), "b": D(2)}), ("1", {"a": D(0)}), ("1", {})],
    )
    def test_refuses_what_has_no_answer(self, amount: str, weights: dict[str, Decimal]) -> None:
        with pytest.raises(ValueError, match="cannot divide"):
            allocate(D(amount), weights, CENT)

    @PROPERTY
    @given(st.integers(0, 10**9), WEIGHTS.filter(lambda weights: any(weights.values())))
    def test_parts_add_up_and_are_within_a_unit_of_their_share(self, cents: int, weights: dict[str, Decimal]) -> None:
        amount, whole = cents * CENT, sum(weights.values())
        parts = allocate(amount, weights, CENT)
        assert sum(parts.values()) == amount
        assert all(abs(part * whole - amount * weights[key]) < CENT * whole for key, part in parts.items())

    @PROPERTY
    @given(st.integers(0, 1000), WEIGHTS.filter(lambda weights: any(weights.values())), st.randoms())
    def test_order_of_keys_does_not_matter(self, cents: int, weights: dict[str, Decimal], random: object) -> None:
        keys = [*weights]
        random.shuffle(keys)  # type: ignore[attr-defined] # drawn by hypothesis
        again = {key: weights[key] for key in keys}
        assert allocate(cents * CENT, weights, CENT) == allocate(cents * CENT, again, CENT)

    def test_the_tail_of_a_division_breaks_no_tie(self) -> None:
        third = D("0.33333333333333333333")
        assert allocate(CENT, {"a": third, "b": third + D("1e-20")}, CENT) == {"a": CENT, "b": 0}


class TestRoundParts:
    PLENTY = dict.fromkeys("abc", D(100))

    @pytest.mark.parametrize(
        ("parts", "rounded"),
        [
            ({"a": "0.005", "b": "0.005", "c": "0.005"}, ("0.01", "0.01", "0")),  # 0.015 is 0.02
            ({"a": "0.014", "b": "0.004", "c": "0.006"}, ("0.01", "0", "0.01")),
            # 0.105 is 0.11; in proportion that is 0.1034 and twice 0.0033, yet 0.0987 does not become 0.11
            ({"a": "0.0987", "b": "0.00315", "c": "0.00315"}, ("0.10", "0.01", "0")),
            ({"a": "0.02", "b": "0.03", "c": "0"}, ("0.02", "0.03", "0")),
            ({}, ()),
        ],
    )
    def test_adds_up_to_the_rounded_sum(self, parts: dict[str, str], rounded: tuple[str, ...]) -> None:
        given = {key: D(part) for key, part in parts.items()}
        assert [*round_parts(given, CENT, self.PLENTY).values()] == [D(part) for part in rounded]

    def test_what_finds_no_place_is_lost(self) -> None:
        parts = {"a": D("0.035"), "b": D("0.001")}
        assert round_parts(parts, CENT, {"a": D(0), "b": D(1)}) == {"a": 0, "b": CENT}

    def test_half_a_cent_with_a_tail_is_half_a_cent(self) -> None:
        short = {"a": D("0.13499999999999999999")}
        assert round_parts(short, CENT, self.PLENTY) == {"a": D("0.14")}

    @PROPERTY
    @given(st.lists(st.tuples(st.decimals(0, 5, places=4), st.integers(0, 600)), max_size=8))
    def test_none_moves_by_a_unit_nor_beyond_its_room(self, drawn: list[tuple[Decimal, int]]) -> None:
        parts = {str(number): part for number, (part, _) in enumerate(drawn)}
        room = {str(number): cents * CENT for number, (_, cents) in enumerate(drawn)}
        given = round_parts(parts, CENT, room)
        whole = Money(sum(parts.values(), D(0)), EUR).rounded().amount
        assert all(given[key] <= room[key] for key in parts)
        assert all(
            given[key] - part < CENT and (part - given[key] < CENT or given[key] == room[key])
            for key, part in parts.items()
        )
        places = [min(room[key], part.quantize(CENT, ROUND_CEILING)) for key, part in parts.items()]
        assert sum(given.values()) == min(whole, sum(places))
