"""Writes of campaigns and their budgets (contract section 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from commerce.promotion.models import Campaign, CampaignBudget, Promotion
from commerce.promotion.validity import check_budget
from kit import clock
from kit.db import save
from kit.errors import not_found
from kit.ids import new_id
from kit.rows import change, locked, retire

COLUMNS = ("name", "description", "campaign_identifier", "starts_at", "ends_at")


async def create_campaign(session: AsyncSession, given: Mapping[str, Any]) -> str:
    """Create a campaign with its budget. Errors: invalid_data for a taken identifier or a budget without measure."""
    budget = given.get("budget")
    check_budget(budget)
    campaign = Campaign(id=new_id("procamp"), **{name: given[name] for name in COLUMNS if name in given})
    await save(session, campaign)
    if budget is not None:
        currency_code = budget.get("currency_code")
        await save(
            session,
            CampaignBudget(
                campaign_id=campaign.id,
                type=budget["type"],
                limit=budget.get("limit"),
                currency_code=currency_code and currency_code.lower(),
                attribute=budget.get("attribute"),
            ),
        )
    return campaign.id


async def update_campaign(session: AsyncSession, campaign_id: str, given: Mapping[str, Any]) -> str:
    """Change what is given. Errors: not_found, invalid_data for a taken identifier."""
    campaign = await locked(session, Campaign, campaign_id, called="Campaign")
    columns = {name: given[name] for name in COLUMNS if name in given}
    if columns:
        await change(session, campaign, columns)
    if given.get("budget"):
        await change(session, await _budget(session, campaign_id), given["budget"])
    return campaign_id


async def delete_campaign(session: AsyncSession, campaign_id: str) -> str:
    """Soft-delete a campaign; its promotions go on without one."""
    await retire(session, Campaign, campaign_id)
    await _lock(session, Promotion.campaign_id == campaign_id)
    await session.execute(
        update(Promotion).where(Promotion.campaign_id == campaign_id).values(campaign_id=None, updated_at=clock.now())
    )
    return campaign_id


async def set_campaign_promotions(
    session: AsyncSession, campaign_id: str, add: Sequence[str], remove: Sequence[str]
) -> str:
    """Put promotions into a campaign and take others out. Errors: not_found for the campaign or a promotion."""
    await locked(session, Campaign, campaign_id, called="Campaign")
    await _lock(session, Promotion.id.in_([*add, *remove]))
    taken = update(Promotion).where(Promotion.id.in_(add), Promotion.deleted_at.is_(None))
    now = clock.now()
    found = await session.scalars(taken.values(campaign_id=campaign_id, updated_at=now).returning(Promotion.id))
    if missing := sorted(set(add) - set(found)):
        raise not_found(f"Promotions with ids: {', '.join(missing)} were not found")
    left = update(Promotion).where(Promotion.id.in_(remove), Promotion.campaign_id == campaign_id)
    await session.execute(left.values(campaign_id=None, updated_at=now))
    return campaign_id


async def _lock(session: AsyncSession, which: ColumnElement[bool]) -> None:
    """Lock promotions by id, as checkouts do: an UPDATE of many locks them in an order of its own."""
    await session.execute(select(Promotion.id).where(which).order_by(Promotion.id).with_for_update(key_share=True))


async def _budget(session: AsyncSession, campaign_id: str) -> CampaignBudget:
    wanted = select(CampaignBudget).where(
        CampaignBudget.campaign_id == campaign_id, CampaignBudget.deleted_at.is_(None)
    )
    budget = (await session.scalars(wanted.with_for_update())).first()
    if budget is None:
        raise not_found(f"Budget of campaign with id: {campaign_id} was not found")
    return budget
