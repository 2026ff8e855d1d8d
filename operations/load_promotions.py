"""The promotions that may act on a cart and what their rules look at, as `load_cart` finds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from commerce.promotion.types import Budget, Facts, Promotion, Rule
from kit import clock
from kit.errors import invalid_data

_USED: Final = """CASE WHEN b.type IN ('use_by_attribute', 'spend_by_attribute') THEN coalesce((
    SELECT u.used FROM promotion_campaign_budget_usage u WHERE u.budget_id = b.id AND u.attribute_value =
      CASE b.attribute WHEN 'customer_id' THEN c.customer_id WHEN 'customer_email' THEN c.email END), 0)
  ELSE b.used END"""
_RULES: Final = """(SELECT json_agg(json_build_array(r.kind, r.attribute, r.operator, ARRAY(
    SELECT v.value FROM promotion_rule_value v WHERE v.promotion_rule_id = r.id AND v.deleted_at IS NULL
    ORDER BY v.id)) ORDER BY r.id)
  FROM promotion_rule r WHERE r.promotion_id = p.id AND r.deleted_at IS NULL)"""
_PROMOTION: Final = f"""SELECT p.id, p.code, p.type AS kind, p.status, p.is_automatic, p.is_tax_inclusive, p."limit",
    p.used, m.type, m.value, m.currency_code, m.target_type, m.allocation, m.max_quantity, m.apply_to_quantity,
    m.buy_rules_min_quantity, k.starts_at, k.ends_at,
    (SELECT row_to_json(x) FROM (SELECT b.id, b.type, b."limit", b.attribute, {_USED} AS used
      FROM promotion_campaign_budget b WHERE b.campaign_id = k.id AND b.deleted_at IS NULL) x) AS budget,
    {_RULES} AS all_rules
  FROM promotion p JOIN promotion_application_method m ON m.promotion_id = p.id AND m.deleted_at IS NULL
  LEFT JOIN promotion_campaign k ON k.id = p.campaign_id AND k.deleted_at IS NULL
  WHERE p.deleted_at IS NULL AND p.id IN (SELECT id FROM acting) ORDER BY p.id"""
PRODUCT_FACTS: Final = """SELECT p.id, p.title, p.handle, p.collection_id, p.type_id, p.is_giftcard,
    ARRAY(SELECT json_build_object('id', l.product_category_id) FROM product_category_product l
      WHERE l.product_id = p.id) AS categories,
    ARRAY(SELECT json_build_object('id', l.product_tag_id) FROM product_tags l WHERE l.product_id = p.id) AS tags"""
_CART: Final = """SELECT c.id, c.region_id, c.customer_id, c.sales_channel_id, c.email, c.currency_code, c.locale,
    c.metadata, (SELECT row_to_json(r) FROM (SELECT id, name, currency_code, metadata FROM region
      WHERE id = c.region_id) r) AS region,
    (SELECT row_to_json(u) FROM (SELECT u.id, u.email, u.company_name, u.has_account, u.metadata,
      ARRAY(SELECT json_build_object('id', g.customer_group_id) FROM customer_group_customer g
        WHERE g.customer_id = u.id) AS groups FROM customer u WHERE u.id = c.customer_id) u) AS customer,
    (SELECT row_to_json(a) FROM cart_address a WHERE a.id = c.shipping_address_id) AS shipping_address,
    (SELECT row_to_json(a) FROM cart_address a WHERE a.id = c.billing_address_id) AS billing_address"""
ACTING: Final = """SELECT id FROM promotion WHERE is_automatic AND status = 'active' AND deleted_at IS NULL
  UNION SELECT id FROM promotion WHERE code = ANY({codes}) AND deleted_at IS NULL
  UNION SELECT promotion_id FROM cart_promotion WHERE {keeps} AND cart_id = {cart}"""
"""Which promotions are held against a cart: the automatic ones, those named, and those it has if it `keeps` them."""
PROMOTED: Final = f"""SELECT json_build_object('cart', (SELECT row_to_json(x) FROM ({_CART}) x),
  'now', clock_timestamp(),
  'products', (SELECT json_agg(row_to_json(x)) FROM ({PRODUCT_FACTS} FROM product p WHERE p.id IN (
    SELECT product_id FROM cart_line_item WHERE cart_id = c.id AND deleted_at IS NULL)) x),
  'promotions', (SELECT json_agg(row_to_json(x)) FROM ({_PROMOTION}) x)) WHERE EXISTS (SELECT FROM acting)"""
"""What `promotions_of` takes, of the cart `c` and the promotions `acting`; nothing where none acts."""


@dataclass(frozen=True, slots=True)
class Codes:
    """What a request says of a cart's codes; `replace` are all that stay, None when those it has stay."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    replace: tuple[str, ...] | None = None

    @property
    def named(self) -> list[str]:
        """The codes that have to exist."""
        return sorted({*self.add, *(self.replace or ())})


SAME_CODES: Final = Codes()


@dataclass(frozen=True, slots=True)
class LoadedPromotions:
    """The promotions that are held against a cart, and the facts that their rules look at."""

    promotions: tuple[Promotion, ...] = ()
    cart: Facts = field(default_factory=dict)
    products: Mapping[str, Facts] = field(default_factory=dict)
    now: datetime = field(default_factory=clock.now)
    asked: frozenset[str] = frozenset()  # the codes that this request named
    unknown: tuple[str, ...] = ()  # those of them that there are not, case counting

    def refuse_unknown(self) -> None:
        """Raise invalid_data where a code was named that there is not."""
        if self.unknown:
            raise invalid_data(f"The promotion code {', '.join(self.unknown)} is invalid")


def promotions_of(found: Mapping[str, Any] | None, codes: Codes) -> LoadedPromotions:
    """Return the automatic promotions, those that the cart keeps and those named, of what `PROMOTED` found."""
    if found is None:
        return LoadedPromotions(asked=frozenset(codes.named), unknown=tuple(codes.named))
    promotions = [_promotion(row) for row in found["promotions"] or ()]
    known = {each.code for each in promotions}
    return LoadedPromotions(
        promotions=tuple(each for each in promotions if each.is_automatic or each.code not in codes.remove),
        cart=found["cart"],
        products={row["id"]: row for row in found["products"] or ()},
        now=datetime.fromisoformat(found["now"]),
        asked=frozenset(codes.named),
        unknown=tuple(code for code in codes.named if code not in known),
    )


def _promotion(row: dict[str, Any]) -> Promotion:
    rules, budget = row.pop("all_rules") or (), row.pop("budget")
    dates = {name: row[name] and datetime.fromisoformat(row[name]) for name in ("starts_at", "ends_at")}
    return Promotion(
        **{**row, **dates},
        budget=Budget(**budget) if budget else None,
        rules=_rules(rules, "rules"),
        target_rules=_rules(rules, "target_rules"),
        buy_rules=_rules(rules, "buy_rules"),
    )


def _rules(rows: Sequence[Sequence[Any]], wanted: str) -> tuple[Rule, ...]:
    return tuple(Rule(attribute, how, tuple(values)) for kind, attribute, how, values in rows if kind == wanted)
