"""Mode `currency` by hand: each expected figure was worked out on paper from the rounding rule."""

from __future__ import annotations

from decimal import Decimal

import pytest

from commerce.totals.publish import adjustment_totals, cart_totals, line_totals, order_totals, tax_line_totals
from commerce.totals.results import LineResult, TotalsResult
from commerce.totals.rules import calculate
from commerce.totals.spread import promotion_parts
from commerce.totals.types import Adjustment, Counters
from kit.decimals import div, rho
from tests.unit.totals.carts import EUR, JPY, KWD, D, cart, line, method, story


def amounts(text: str) -> dict[str, Decimal]:
    """Return `subtotal 35.29 total 37.80` as a dict."""
    words = text.split()
    return {name: D(value) for name, value in zip(words[::2], words[1::2], strict=True)}


def tax_parts(result: LineResult) -> list[Decimal]:
    return [tax.total for tax in result.tax_lines]


def line_paid(result: TotalsResult) -> list[Decimal]:
    return [item.totals.total for item in result.lines]


class TestWorkedExample:
    def test_inclusive_line(self) -> None:
        tee = calculate(story("currency")).lines[0]
        assert line_totals(tee) == amounts(
            "subtotal 35.29 total 37.80 original_subtotal 35.29 original_total 42 discount_subtotal 3.53 "
            "discount_tax_total 0.67 discount_total 4.20 tax_total 6.04 original_tax_total 6.71"
        )
        assert tax_line_totals(tee) == {"tee-tax0": amounts("total 6.04 subtotal 6.71")}
        assert adjustment_totals(tee) == {"ten-tee": amounts("amount 3.53 subtotal 3.53 total 4.20")}

    def test_exclusive_line(self) -> None:
        assert line_totals(calculate(story("currency")).lines[1]) == amounts(
            "subtotal 25 total 26.78 original_subtotal 25 original_total 29.75 discount_subtotal 2.50 "
            "discount_tax_total 0.47 discount_total 2.97 tax_total 4.28 original_tax_total 4.75"
        )

    def test_cart(self) -> None:
        assert cart_totals(calculate(story("currency"))) == amounts(
            "total 74.08 subtotal 68.27 tax_total 11.84 discount_total 7.17 discount_subtotal 6.03 "
            "discount_tax_total 1.14 original_total 81.25 original_subtotal 68.27 original_tax_total 12.98 "
            "item_total 64.58 item_subtotal 60.29 item_tax_total 10.32 item_discount_total 7.17 "
            "original_item_total 71.75 original_item_subtotal 60.29 original_item_tax_total 11.46 "
            "shipping_total 9.50 shipping_subtotal 7.98 shipping_tax_total 1.52 shipping_discount_total 0 "
            "original_shipping_total 9.50 original_shipping_subtotal 7.98 original_shipping_tax_total 1.52 "
            "credit_line_total 0 credit_line_subtotal 0 credit_line_tax_total 0"
        )


class TestTaxes:
    def test_inclusive_tax_is_spread_over_the_rates_by_largest_remainder(self) -> None:
        # 10 x 0.0925 / 1.0925 = 0.8467; 0.85 over 7.25 : 2 is 0.6662 and 0.1838
        result = calculate(cart(line("a", "10", 1, "7.25", "2", inclusive=True))).lines[0]
        assert tax_parts(result) == [D("0.67"), D("0.18")]
        assert result.totals.subtotal == D("9.15")

    def test_exclusive_tax_is_rounded_by_rate(self) -> None:
        # 29.97 x 7.25 % = 2.1728 and x 2 % = 0.5994
        result = calculate(cart(line("a", "9.99", 3, "7.25", "2"))).lines[0]
        assert tax_parts(result) == [D("2.17"), D("0.60")]
        assert result.totals.total == D("32.74")

    def test_half_a_cent_goes_up(self) -> None:
        assert calculate(cart(line("a", "0.50", 1, "5"))).items.tax_total == D("0.03")

    def test_zero_rate_is_a_tax_line_of_nothing(self) -> None:
        result = calculate(cart(line("a", "24.99", 5, "7.25", "0"))).lines[0]
        assert tax_parts(result) == [D("9.06"), D(0)]

    @pytest.mark.parametrize(("price", "tax"), [("1.005", "0.048"), ("0.010", "0.000")])
    def test_three_digits(self, price: str, tax: str) -> None:
        result = calculate(cart(line("a", price, 1, "5", inclusive=True), currency=KWD))
        assert (result.total, result.items.tax_total) == (D(price), D(tax))

    def test_no_digits(self) -> None:
        result = calculate(cart(line("a", "999", 1, "10"), line("b", "999", 1, "10", inclusive=True), currency=JPY))
        assert [(item.totals.subtotal, item.totals.tax_total) for item in result.lines] == [(999, 100), (908, 91)]


class TestPromotions:
    def test_sum_is_rounded_once_and_not_line_by_line(self) -> None:
        # 10 % of 0.05 is 0.005 three times: together 0.015, which is 0.02 and not 3 x 0.01
        lines = [line(name, "0.05", off=[Adjustment(name, D("0.005"), promotion="TEN")]) for name in "abc"]
        assert line_paid(calculate(cart(*lines))) == [D("0.04"), D("0.04"), D("0.05")]

    @pytest.mark.parametrize("cents", range(10, 1000, 30))
    def test_half_a_cent_off_a_price_with_tax_is_half_a_cent_though_it_was_taken_off_the_net_price(
        self, cents: int
    ) -> None:
        # 5 % of 21.10 is 1.055, as a part of 21.10 / 1.19 it is 1.055 give or take 1e-20: half up all the same
        price = D(cents).scaleb(-2)
        part = Adjustment("x", div(price, D("1.19")) * D("0.05"), promotion="FIVE")
        result = calculate(cart(line("a", str(price), 1, "19", inclusive=True, off=[part])))
        assert result.items.discount_total == rho(price * D("0.05"), D("0.01"))

    def test_fixed_value_is_spread_to_the_yen(self) -> None:
        part = D(100) * D("0.33333333333333333333")
        lines = [line(name, "500", off=[Adjustment(name, part, promotion="FIX")]) for name in "abc"]
        assert line_paid(calculate(cart(*lines, currency=JPY))) == [466, 467, 467]

    def test_tax_inclusive_value_lowers_the_total_by_itself(self) -> None:
        fixed = [Adjustment("a", D(10), is_tax_inclusive=True)]
        result = calculate(cart(line("mug", "12.5", 2, "19", off=fixed)))
        assert (result.items.original_total, result.total) == (D("29.75"), D("19.75"))
        assert adjustment_totals(result.lines[0]) == {"a": amounts("amount 10 subtotal 8.40 total 10")}

    def test_two_promotions_share_the_published_discount_by_exact_weights(self) -> None:
        both = [Adjustment("x", D(2), promotion="X", rank=0), Adjustment("y", D(1), promotion="Y", rank=1)]
        result = calculate(cart(line("a", "10", 1, "19", off=both)))
        assert [part.subtotal for part in result.lines[0].adjustments] == [2, 1]
        assert [part.total for part in result.lines[0].adjustments] == [D("2.38"), D("1.19")]
        assert result.total == D("8.33")

    def test_what_takes_all_exactly_takes_all_rounded(self) -> None:
        # 33.3 % of 9.99 leaves 6.66333, rounded 6.66; the second promotion takes 6.66333
        both = [Adjustment("x", D("3.32667"), promotion="X"), Adjustment("y", D("6.66333"), promotion="Y", rank=1)]
        result = calculate(cart(line("a", "9.99", 1, "19", off=both)))
        assert result.total == 0
        assert sum(part.subtotal for part in result.lines[0].adjustments) == D("9.99")

    def test_discount_beyond_the_line_stops_at_nothing(self) -> None:
        result = calculate(cart(line("a", "5", 1, "19", off=[Adjustment("x", D(8))])))
        assert (result.total, result.items.discount_subtotal) == (0, 5)

    def test_line_with_no_cent_left_passes_its_share_on(self) -> None:
        # 0.0035 and 0.003 are together 0.01; the larger remainder is the first line's, which costs nothing already
        first = line("a", "0.004", off=[Adjustment("x", D("0.0035"), promotion="P")])
        second = line("b", "1", off=[Adjustment("y", D("0.003"), promotion="P")])
        assert line_paid(calculate(cart(first, second))) == [0, D("0.99")]

    def test_a_dear_line_does_not_pay_for_cheap_ones(self) -> None:
        # each cheap line costs nothing, rounded, and has nothing to give; the dear one gave the 0.35 in their place
        cheap = [line(f"c{n}", "0.004", off=[Adjustment(f"c{n}", D("0.0035"), promotion="P")]) for n in range(100)]
        dear = line("d", "1", off=[Adjustment("d", D("0.003"), promotion="P")])
        assert calculate(cart(*cheap, dear)).total == D("0.99")

    def test_no_part_moves_by_a_whole_cent(self) -> None:
        # 0.0987 is 0.09 or 0.10, though 0.105, rounded up, makes the parts 0.1034 and twice 0.0033: the first got 0.11
        parts = {"a": "0.0987", "b": "0.00315", "c": "0.00315"}
        lines = [line(name, "1", off=[Adjustment(name, D(part), promotion="P")]) for name, part in parts.items()]
        assert line_paid(calculate(cart(*lines))) == [D("0.90"), D("0.99"), D(1)]

    def test_ranks_and_not_lines_say_which_promotion_comes_first(self) -> None:
        late = line("a", "10", off=[Adjustment("x", D(1), promotion="LATE", rank=1)])
        early = line("b", "10", off=[Adjustment("y", D(2), promotion="EARLY", rank=0)])
        assert promotion_parts([late, early]) == promotion_parts([early, late]) == [{"b": 2}, {"a": 1}]

    def test_free_shipping(self) -> None:
        free = [Adjustment("free", D("7.983193277310924"))]
        result = calculate(cart(shipping=[method("s", "9.5", "19", inclusive=True, off=free)]))
        assert (result.total, result.shipping.discount_total) == (0, D("9.50"))


class TestOrderUnits:
    def test_pieces_that_come_back_add_up_to_what_was_paid(self) -> None:
        # 3 x 3.3333 is 10.00, two are 6.67, one is 3.33
        counters = Counters(
            fulfilled=D(3), shipped=D(2), return_requested=D(1), return_received=D(1), return_dismissed=D(1)
        )
        units = calculate(cart(line("a", "3.3333", 3, counters=counters))).lines[0].units
        assert units is not None
        assert units._asdict() == amounts(
            "refundable_total_per_unit 0 refundable_total 0 fulfilled_total 10.00 shipped_total 6.67 "
            "return_requested_total 3.33 return_received_total 3.33 return_dismissed_total 3.34 write_off_total 0"
        )

    def test_received_units_leave_the_totals_and_take_their_discount(self) -> None:
        off = [Adjustment("x", D("1.00"))]
        result = calculate(cart(line("a", "3.00", 3, "19", off=off, counters=Counters(return_received=D(1)))))
        # 8.00 net was to pay: two thirds are 5.33 of 6.00
        assert result.items.discount_subtotal == D("0.67")
        assert result.total == D("6.34")  # 5.33 and 1.0127 tax
        assert order_totals(result)["return_received_total"] == D("9.52") - D("6.34")
        assert adjustment_totals(result.lines[0])["x"]["amount"] == D("1.00")

    def test_per_unit_is_rounded_for_display(self) -> None:
        units = (
            calculate(cart(line("a", "10", 3, "0", off=[Adjustment("x", D(1))], counters=Counters()))).lines[0].units
        )
        assert units is not None
        assert (units.refundable_total, units.refundable_total_per_unit) == (29, D("9.67"))

    def test_removed_line_counts_nothing(self) -> None:
        result = calculate(cart(line("a", "10", 0, "19", off=[Adjustment("x", D(1))], counters=Counters())))
        assert result.total == result.items.discount_total == 0


class TestCart:
    def test_empty(self) -> None:
        assert set(cart_totals(calculate(cart())).values()) == {D(0)}

    def test_credit_lines_lower_the_total_alone(self) -> None:
        totals = cart_totals(calculate(cart(line("a", "10", 1, "19"), credit=["4.00", "1.50"])))
        assert (totals["total"], totals["credit_line_total"]) == (D("6.40"), D("5.50"))
        assert (totals["tax_total"], totals["original_total"]) == (D("1.90"), D("11.90"))

    def test_a_cent_of_credit_counts(self) -> None:
        assert calculate(cart(line("a", "10"), credit=["0.01"])).total == D("9.99")

    def test_unit_price_is_not_rounded(self) -> None:
        assert calculate(cart(line("a", "0.004", 1000), currency=EUR)).total == 4

    def test_shared_id_is_refused(self) -> None:
        with pytest.raises(ValueError, match="share an id"):
            calculate(cart(line("a", "1"), line("a", "2")))
