"""`/admin/campaigns`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.campaigns import AdminCampaignPromotions, AdminCreateCampaign, AdminUpdateCampaign
from api.deps import deleted, read, read_one, shown, write
from api.routing import Router
from commerce.promotion.campaigns import create_campaign, delete_campaign, set_campaign_promotions, update_campaign
from kit.query import LIVE
from queries.promotion import CAMPAIGN

router = Router("/admin/campaigns")


@router.get("")
async def list_campaigns(request: Request) -> Response:
    """List the campaigns."""
    return await read(request, CAMPAIGN, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreateCampaign) -> Response:
    """Create a campaign."""
    return await write(request, lambda session: create_campaign(session, body.given()), then=shown(request, CAMPAIGN))


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a campaign."""
    return await read_one(request, CAMPAIGN, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdateCampaign) -> Response:
    """Change a campaign or the limit of its budget."""
    given = body.given()
    return await write(request, lambda session: update_campaign(session, id, given), then=shown(request, CAMPAIGN))


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a campaign; its promotions stay."""
    return await write(request, lambda session: delete_campaign(session, id), then=deleted("campaign"))


@router.post("/{id}/promotions")
async def manage_promotions(request: Request, id: str, body: AdminCampaignPromotions) -> Response:
    """Put promotions into a campaign, and take others out."""
    return await write(
        request,
        lambda session: set_campaign_promotions(session, id, body.add, body.remove),
        then=shown(request, CAMPAIGN),
    )
