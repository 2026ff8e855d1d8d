"""Writes of promotions and their rules (contract section 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.promotion.campaigns import create_campaign
from commerce.promotion.models import (
    ApplicationMethod,
    CampaignBudget,
    Promotion,
    PromotionRule,
    PromotionRuleValue,
    PromotionStatus,
    RuleKind,
)
from commerce.promotion.validity import NO_BUY_RULES, check_currency, check_method
from kit import clock
from kit.db import save
from kit.errors import invalid_data, not_found
from kit.ids import new_id
from kit.rows import Batch, change, locked, retire

QUANTITIES = ("max_quantity", "apply_to_quantity", "buy_rules_min_quantity")
METHOD_COLUMNS = ("description", "value", "currency_code", *QUANTITIES, "type", "target_type", "allocation")
PROMOTION_COLUMNS = ("code", "is_automatic", "is_tax_inclusive", "type", "status", "campaign_id", "limit", "metadata")


async def create_promotion(session: AsyncSession, given: Mapping[str, Any]) -> str:
    """Create a promotion with its application method, its rules, and its campaign where that is given too.

    Errors: invalid_data for a taken code, for a method that cannot be computed, for `campaign` beside `campaign_id`.
    """
    method = given["application_method"]
    check_method(method, given["type"])
    if given.get("campaign") and given.get("campaign_id"):
        raise invalid_data("Invalid request: campaign and campaign_id cannot be given together")
    campaign_id = given.get("campaign_id")
    if given.get("campaign"):
        campaign_id = await create_campaign(session, given["campaign"])
    await _check_campaign(session, campaign_id, method.get("currency_code"))
    promotion = Promotion(
        id=new_id("promo"),
        code=given["code"],
        type=given["type"],
        status=given.get("status") or PromotionStatus.DRAFT,
        is_automatic=given.get("is_automatic", False),
        is_tax_inclusive=given.get("is_tax_inclusive", False),
        limit=given.get("limit"),
        campaign_id=campaign_id,
        metadata_=given.get("metadata"),
    )
    await save(session, promotion)
    await save(session, ApplicationMethod(promotion_id=promotion.id, **_method_columns(method)))
    for kind, rules in _rules_of(given):
        await add_rules(session, promotion.id, kind, rules)
    return promotion.id


async def update_promotion(session: AsyncSession, promotion_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given of a promotion and its method. Errors: not_found, and as `create_promotion`."""
    promotion = await locked(session, Promotion, promotion_id)
    method = await _method(session, promotion_id)
    changes = given.get("application_method") or {}
    merged = {name: getattr(method, name) for name in METHOD_COLUMNS} | changes
    kind = given.get("type", promotion.type)
    check_method({**merged, "buy_rules": await _has_rules(session, promotion_id, RuleKind.BUY_RULES)}, kind)
    columns = {name: given[name] for name in PROMOTION_COLUMNS if name in given}
    if columns.get("limit") is not None and columns["limit"] < promotion.used:
        raise invalid_data(f"The promotion was used {promotion.used} times already; its limit cannot be lower")
    if columns.get("campaign_id"):
        await _check_campaign(session, columns["campaign_id"], merged["currency_code"])
    if changes:
        await change(session, method, _method_columns(changes))
    if columns:
        await change(session, promotion, columns)
    return promotion_id


async def delete_promotion(session: AsyncSession, promotion_id: str) -> str:
    """Soft-delete a promotion; the carts that have it lose it when they are next changed."""
    await retire(session, Promotion, promotion_id)
    return promotion_id


async def change_rules(session: AsyncSession, promotion_id: str, kind: RuleKind, given: Mapping[str, Any]) -> Batch:
    """Add, change and delete rules of one kind. Errors: not_found for the promotion or a rule that it does not have."""
    promotion = await locked(session, Promotion, promotion_id)
    updates: Sequence[Mapping[str, Any]] = given.get("update") or ()
    rules = await _locked_rules(session, promotion_id, kind, [one["id"] for one in updates])
    for one in updates:
        columns = {name: one[name] for name in ("operator", "description", "attribute") if name in one}
        await change(session, rules[one["id"]], columns)
    await _replace_values(session, {one["id"]: one["values"] for one in updates})
    created = await add_rules(session, promotion_id, kind, given.get("create") or ())
    gone = tuple(given.get("delete") or ())
    await _delete_rules(session, promotion_id, kind, gone)
    if kind is RuleKind.BUY_RULES and promotion.type == "buyget" and not await _has_rules(session, promotion_id, kind):
        raise invalid_data(NO_BUY_RULES)
    return Batch(created, tuple(one["id"] for one in updates), gone)


async def add_rules(
    session: AsyncSession, promotion_id: str, kind: RuleKind, rules: Sequence[Mapping[str, Any]]
) -> tuple[str, ...]:
    """Add rules with their values, in two statements, and return their ids."""
    made = [
        PromotionRule(
            id=new_id("prorul"),
            promotion_id=promotion_id,
            kind=kind,
            description=rule.get("description"),
            attribute=rule["attribute"],
            operator=rule["operator"],
        )
        for rule in rules
    ]
    await save(session, *made)
    await save(session, *_values({row.id: rule["values"] for row, rule in zip(made, rules, strict=True)}))
    return tuple(row.id for row in made)


def _rules_of(given: Mapping[str, Any]) -> list[tuple[RuleKind, Sequence[Mapping[str, Any]]]]:
    method = given["application_method"]
    return [
        (RuleKind.RULES, given.get("rules") or ()),
        (RuleKind.TARGET_RULES, method.get("target_rules") or ()),
        (RuleKind.BUY_RULES, method.get("buy_rules") or ()),
    ]


def _values(values: Mapping[str, str | Sequence[str]]) -> list[PromotionRuleValue]:
    return [
        PromotionRuleValue(id=new_id("prorulval"), promotion_rule_id=rule_id, value=value)
        for rule_id, named in values.items()
        for value in ([named] if isinstance(named, str) else named)
    ]


def _method_columns(given: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: given[name] for name in METHOD_COLUMNS if name in given}
    if columns.get("currency_code"):
        columns["currency_code"] = columns["currency_code"].lower()
    return columns


async def _method(session: AsyncSession, promotion_id: str) -> ApplicationMethod:
    found = select(ApplicationMethod).where(
        ApplicationMethod.promotion_id == promotion_id, ApplicationMethod.deleted_at.is_(None)
    )
    return (await session.scalars(found)).one()


async def _check_campaign(session: AsyncSession, campaign_id: str | None, currency_code: str | None) -> None:
    if campaign_id is None:
        return
    found = select(CampaignBudget).where(CampaignBudget.campaign_id == campaign_id, CampaignBudget.deleted_at.is_(None))
    budget = (await session.scalars(found)).first()
    if budget is not None:
        check_currency(currency_code and currency_code.lower(), budget.type, budget.currency_code)


async def _has_rules(session: AsyncSession, promotion_id: str, kind: RuleKind) -> bool:
    found = select(PromotionRule.id).where(
        PromotionRule.promotion_id == promotion_id, PromotionRule.kind == kind, PromotionRule.deleted_at.is_(None)
    )
    return (await session.scalars(found.limit(1))).first() is not None


async def _locked_rules(
    session: AsyncSession, promotion_id: str, kind: RuleKind, ids: Sequence[str]
) -> dict[str, PromotionRule]:
    if not ids:
        return {}
    wanted = select(PromotionRule).where(
        PromotionRule.id.in_(ids),
        PromotionRule.promotion_id == promotion_id,
        PromotionRule.kind == kind,
        PromotionRule.deleted_at.is_(None),
    )
    found = {row.id: row for row in await session.scalars(wanted)}
    if missing := sorted(set(ids) - set(found)):
        raise not_found(f"Promotion rules with id: {', '.join(missing)} were not found")
    return found


async def _replace_values(session: AsyncSession, values: Mapping[str, str | Sequence[str]]) -> None:
    if values:
        await session.execute(delete(PromotionRuleValue).where(PromotionRuleValue.promotion_rule_id.in_(values)))
        await save(session, *_values(values))


async def _delete_rules(session: AsyncSession, promotion_id: str, kind: RuleKind, ids: Sequence[str]) -> None:
    if not ids:
        return
    wanted = select(PromotionRule).where(
        PromotionRule.id.in_(ids),
        PromotionRule.promotion_id == promotion_id,
        PromotionRule.kind == kind,
        PromotionRule.deleted_at.is_(None),
    )
    for row in await session.scalars(wanted):
        row.deleted_at = clock.now()
    await session.flush()
