"""Which rates apply to a line, best first (contract section 10)."""

from __future__ import annotations

from decimal import Decimal

from commerce.tax.rules import Rate, Taxable, rates_of

TEE = Taxable(product_id="prod_tee", product_type_id="ptyp_apparel")


def rate(
    name: str,
    *,
    province: bool = False,
    combinable: bool = False,
    default: bool = True,
    rule: tuple[str, str] | None = None,
) -> Rate:
    rules = frozenset({rule} if rule else ())
    return Rate(f"txr_{name}", Decimal(1), name, name, default, combinable, province, "system", rules)


COUNTRY = rate("country")
COUNTRY_TYPE = rate("country-type", default=False, rule=("product_type", "ptyp_apparel"))
COUNTRY_PRODUCT = rate("country-product", default=False, rule=("product", "prod_tee"))
PROVINCE = rate("province", province=True)
PROVINCE_TYPE = rate("province-type", province=True, default=False, rule=("product_type", "ptyp_apparel"))
PROVINCE_PRODUCT = rate("province-product", province=True, default=False, rule=("product", "prod_tee"))
BEST_FIRST = [PROVINCE_PRODUCT, PROVINCE_TYPE, PROVINCE, COUNTRY_PRODUCT, COUNTRY_TYPE, COUNTRY]


def test_the_best_rate_wins_in_the_contracts_order() -> None:
    for worst in range(len(BEST_FIRST)):
        assert rates_of(TEE, BEST_FIRST[worst:][::-1]) == (BEST_FIRST[worst],)


def test_a_combinable_province_rate_stands_on_its_countrys_best() -> None:
    california = rate("california", province=True, combinable=True)
    assert rates_of(TEE, [COUNTRY, COUNTRY_TYPE, california]) == (california, COUNTRY_TYPE)


def test_a_combinable_country_rate_stands_alone() -> None:
    federal = rate("federal", combinable=True)
    assert rates_of(TEE, [federal]) == (federal,)


def test_shipping_takes_the_default_unless_a_rule_names_its_option() -> None:
    named = rate("named", default=False, rule=("shipping_option", "so_1"))
    assert rates_of(Taxable(shipping_option_id="so_1"), [COUNTRY, named]) == (named,)
    assert rates_of(Taxable(shipping_option_id="so_2"), [COUNTRY, named, COUNTRY_PRODUCT]) == (COUNTRY,)


def test_no_rate_is_no_tax() -> None:
    assert rates_of(TEE, []) == ()
