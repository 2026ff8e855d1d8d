"""Decimals: division, rounding, the `raw_` twin, and JSON numbers."""

from __future__ import annotations

import json
from decimal import ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.decimals import div, drop_tail, encode, raw, rho, settle, to_number
from tests.support.properties import PROPERTY

D = Decimal
ANY = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=9)


def half_up(value: Fraction) -> int:
    """Return the nearest whole number, halves away from zero, by integers alone."""
    size = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return size if value >= 0 else -size


class TestDiv:
    @pytest.mark.parametrize(
        ("dividend", "divisor", "quotient"),
        [
            ("42", "1.19", "35.29411764705882352941"),
            ("9.5", "1.19", "7.98319327731092436975"),
            ("1", "3", "0.33333333333333333333"),
            ("2", "3", "0.66666666666666666667"),
            ("-2", "3", "-0.66666666666666666667"),
            ("100", "4", "25"),
            ("1", "2E+20", "0.00000000000000000001"),
            ("1", f"2.{'0' * 100}1E+20", "0"),  # a hair below the half, beyond the digits of a first rounding
        ],
    )
    def test_gives_twenty_places_half_up(self, dividend: str, divisor: str, quotient: str) -> None:
        assert div(D(dividend), D(divisor)) == D(quotient)

    @PROPERTY
    @given(ANY, ANY.filter(bool))
    def test_is_the_nearest_for_all_numbers(self, dividend: Decimal, divisor: Decimal) -> None:
        scaled = Fraction(dividend) / Fraction(divisor) * 10**20
        assert Fraction(div(dividend, divisor)) * 10**20 == half_up(scaled)

    def test_does_not_hang_on_the_callers_context(self) -> None:
        with localcontext(prec=4, rounding=ROUND_FLOOR):
            assert div(D(2), D(3)) == D("0.66666666666666666667")


class TestDropTail:
    def test_a_price_without_its_tax_and_with_it_again_is_the_price(self) -> None:
        net = div(D("19.90"), D("1.19"))
        assert net * D("1.19") != D("19.90")
        assert drop_tail(net * D("1.19")) == D("19.90")

    def test_keeps_twelve_places(self) -> None:
        assert drop_tail(D("0.0000000000015")) == D("0.000000000002")
        assert drop_tail(D(42)) == 42


class TestRho:
    @pytest.mark.parametrize(
        ("value", "unit", "rounded"),
        [
            ("74.075", "0.01", "74.08"),
            ("74.0749999999", "0.01", "74.07"),
            ("-0.005", "0.01", "-0.01"),
            ("0.5", "1", "1"),
            ("2.5", "1", "3"),
            ("1.0005", "0.001", "1.001"),
        ],
    )
    def test_rounds_half_up(self, value: str, unit: str, rounded: str) -> None:
        assert str(rho(D(value), D(unit))) == rounded

    @PROPERTY
    @given(ANY, st.sampled_from([0, 2, 3]))
    def test_is_the_nearest_for_all_numbers(self, value: Decimal, digits: int) -> None:
        assert Fraction(rho(value, D(1).scaleb(-digits))) * 10**digits == half_up(Fraction(value) * 10**digits)


class TestRaw:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("74.075", "74.075"),
            ("0", "0"),
            ("1.50", "1.5"),
            ("2100", "2100"),
            ("35.29411764705882352941", "35.294117647058823529"),
            ("7.98319327731092436975", "7.9831932773109243698"),
            ("1.51680672268907563025", "1.5168067226890756303"),
        ],
    )
    def test_has_twenty_significant_digits_as_recorded(self, value: str, text: str) -> None:
        assert raw(D(value)) == {"value": text, "precision": 20}


class TestToNumber:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("19.90", "19.9"),
            ("42.00", "42"),
            ("1E+3", "1000"),
            ("1E-7", "0.0000001"),
            ("0E-20", "0"),
            ("-0.00", "0"),
            ("-3.570", "-3.57"),
            ("35.294117647058823529411764", "35.29411764705882352941"),
        ],
    )
    def test_is_plain(self, value: str, text: str) -> None:
        assert to_number(D(value)) == text

    @PROPERTY
    @given(ANY)
    def test_is_json_and_comes_back_the_same(self, value: Decimal) -> None:
        text = to_number(value)
        assert json.loads(text, parse_float=Decimal, parse_int=Decimal) == value
        assert "e" not in text.lower()

    @pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
    def test_refuses_what_json_has_not(self, value: str) -> None:
        with pytest.raises(ValueError, match="not a JSON number"):
            to_number(D(value))


class TestEncode:
    def test_mixes_numbers_with_the_rest(self) -> None:
        value = {"total": D("1.50"), "lines": [D(1), (D("0.1"),)], "code": 'a"ü', "none": None, "yes": True, "n": 2}
        text = encode(value)
        assert text == '{"total":1.5,"lines":[1,[0.1]],"code":"a\\"ü","none":null,"yes":true,"n":2}'
        assert json.loads(text)["code"] == 'a"ü'

    def test_refuses_a_float(self) -> None:
        with pytest.raises(TypeError, match="float"):
            encode({"total": 1.5})  # type: ignore[dict-item] # the mistake under test


@pytest.mark.parametrize(("value", "published"), [("0.0001", "0"), ("-0.0001", "0"), ("0.00011", "0.00011")])
def test_settle_drops_what_is_nothing(value: str, published: str) -> None:
    assert settle(D(value)) == D(published)
