"""Money: no floats, no mixed currencies, no lost cents."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.money import Currency, CurrencyMismatchError, Money, allocate, from_minor, to_minor
from tests.unit.totals.generated import PROPERTY

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

    def test_room_is_kept_and_the_rest_goes_to_others(self) -> None:
        room = {"a": D("0.01"), "b": D("9")}
        assert allocate(D("0.10"), {"a": D(1), "b": D(1)}, CENT, room) == {"a": CENT, "b": D("0.09")}

    def test_what_finds_no_room_is_left_over(self) -> None:
        assert allocate(D("0.10"), {"a": D(1)}, CENT, {"a": D("0.03")}) == {"a": D("0.03")}

    def test_weight_of_nothing_gets_nothing(self) -> None:
        assert allocate(D("0.10"), {"a": D(0), "b": D(1)}, CENT) == {"a": 0, "b": D("0.10")}
        room = {"a": D(1), "b": D("0.04")}
        assert allocate(D("0.10"), {"a": D(0), "b": D(1)}, CENT, room) == {"a": 0, "b": D("0.04")}

    def test_nothing_needs_no_weight(self) -> None:
        assert allocate(D(0), {"a": D(0)}, CENT) == {"a": 0}
        assert allocate(D(0), {}, CENT) == {}

    @pytest.mark.parametrize(
        ("amount", "weights"),
        [("0.005", {"a": D(1)}), ("-0.01", {"a": D(1)}), ("1", {"a": D(-1), "b": D(2)}), ("1", {"a": D(0)}), ("1", {})],
    )
    def test_refuses_what_has_no_answer(self, amount: str, weights: dict[str, Decimal]) -> None:
        with pytest.raises(ValueError, match=r"cannot divide|nobody"):
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

    @PROPERTY
    @given(st.integers(0, 300), WEIGHTS.filter(lambda weights: any(weights.values())), st.data())
    def test_nobody_gets_more_than_there_is_room(
        self, cents: int, weights: dict[str, Decimal], data: st.DataObject
    ) -> None:
        room = {key: data.draw(st.integers(0, 100)) * CENT for key in weights}
        parts = allocate(cents * CENT, weights, CENT, room)
        assert all(part <= room[key] for key, part in parts.items())
        places = sum(room[key] for key, weight in weights.items() if weight)
        assert sum(parts.values()) == min(cents * CENT, places)
