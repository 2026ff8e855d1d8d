"""Promotions, their rules and campaigns, and those that a cart or an order has."""

from __future__ import annotations

from typing import Final

from commerce.promotion.models import (
    ApplicationMethod,
    Campaign,
    CampaignBudget,
    Promotion,
    PromotionRule,
    PromotionRuleValue,
)
from kit.query import LIVE, Filter, Kind, Link, Relation, Resource, many, one, ops, plain

BUDGET: Final[Resource] = Resource(
    CampaignBudget, key="campaign_budget", plural="campaign_budgets", twins=("limit", "used"), along=()
)
CAMPAIGN: Final[Resource] = Resource(
    Campaign,
    key="campaign",
    plural="campaigns",
    defaults=(
        *("id", "name", "description", "campaign_identifier", "*budget", "starts_at", "ends_at"),
        *("created_at", "updated_at", "deleted_at"),
    ),
    filters={
        **plain("campaign_identifier"),
        "budget.currency_code": Filter(
            """EXISTS (SELECT FROM promotion_campaign_budget b
            WHERE b.campaign_id = {t}.id AND b.currency_code {matches})"""
        ),
    },
    search=("name", "description", "campaign_identifier"),
    combines=True,
    with_deleted=True,
    relations=lambda: {
        "budget": one(lambda: BUDGET, on="{t}.campaign_id = {parent}.id", where=LIVE),
        "promotions": many(lambda: PROMOTION, on="campaign_id", where=LIVE),
    },
)
RULE_VALUE: Final[Resource] = Resource(PromotionRuleValue, key="value", plural="values", along=())
RULE: Final[Resource] = Resource(
    PromotionRule,
    key="rule",
    plural="rules",
    defaults=("id", "description", "attribute", "operator", "values.value"),
    hidden=frozenset({"promotion_id", "kind"}),
    relations={"values": many(lambda: RULE_VALUE, on="promotion_rule_id", where=LIVE)},
)


def rules_of(kind: str, parent: str) -> Relation:
    """Return the relation to the rules of one kind; `parent` is the column there that holds the promotion's id."""
    on = f"{{t}}.promotion_id = {{parent}}.{parent} AND {{t}}.kind = '{kind}'"
    return many(lambda: RULE, on=on, where=LIVE)


METHOD: Final[Resource] = Resource(
    ApplicationMethod,
    key="application_method",
    plural="application_methods",
    twins=("value",),
    hidden=frozenset({"description"}),
    relations={
        "target_rules": rules_of("target_rules", "promotion_id"),
        "buy_rules": rules_of("buy_rules", "promotion_id"),
    },
)
PROMOTION: Final[Resource] = Resource(
    Promotion,
    key="promotion",
    plural="promotions",
    defaults=(
        *("id", "code", "is_automatic", "is_tax_inclusive", "type", "limit", "used", "status", "created_at"),
        *("updated_at", "deleted_at", "metadata", "*campaign", "*campaign.budget", "*application_method"),
        *("*application_method.buy_rules", "application_method.buy_rules.values.value"),
        *("*application_method.target_rules", "application_method.target_rules.values.value"),
        *("rules.id", "rules.attribute", "rules.operator", "rules.values.value"),
    ),
    filters={
        **ops("id", "code"),
        **plain("campaign_id"),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
        "application_method.currency_code": Filter(
            """EXISTS (SELECT FROM promotion_application_method m
            WHERE m.promotion_id = {t}.id AND m.currency_code {matches})"""
        ),
    },
    search=("code",),
    combines=True,
    with_deleted=True,
    relations=lambda: {
        "campaign": one(lambda: CAMPAIGN, on="campaign_id", where=LIVE),
        "application_method": one(lambda: METHOD, on="{t}.promotion_id = {parent}.id", where=LIVE),
        "rules": rules_of("rules", "id"),
    },
)
_METHOD_KEY: Final = """
  SELECT json_build_object('id', m.id) FROM promotion_application_method m
  WHERE m.promotion_id = {t}.id AND m.deleted_at IS NULL"""
_APPLIED: Final[Resource] = PROMOTION.but(
    relations=lambda: {
        **PROMOTION.links,
        "campaign": one(lambda: CAMPAIGN, on="campaign_id", where=LIVE, stub=True),
        "application_method": one(lambda: METHOD, on="{t}.promotion_id = {parent}.id", where=LIVE, stub=_METHOD_KEY),
    }
)
"""A promotion as a cart or an order shows it: campaign and method by their keys alone."""
OF_CART: Final[Relation] = many(
    lambda: _APPLIED, on=Link("cart_promotion", parent="cart_id", target="promotion_id"), where=LIVE
)
OF_ORDER: Final[Relation] = many(
    lambda: _APPLIED, on=Link("order_promotion", parent="order_id", target="promotion_id"), where=LIVE
)
