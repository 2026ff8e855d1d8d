"""Bodies of `/admin/campaigns`."""

from __future__ import annotations

from typing import Literal

from api.body import Body, Moment, Number, Part, Record


class CreateCampaignBudget(Body):
    """What a campaign may cost, or how often it may be used."""

    type: Literal["spend", "usage", "use_by_attribute", "spend_by_attribute"]
    limit: Number | None = None
    currency_code: str | None = None
    attribute: str | None = None


class CreateCampaign(Body):
    """What makes a campaign."""

    name: str
    campaign_identifier: str
    description: str | None = None
    budget: CreateCampaignBudget | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None


class AdminCreateCampaign(CreateCampaign):
    """What makes a campaign."""

    additional_data: Record | None = None


class UpdateCampaignBudget(Body):
    """What changes a budget: what is used already is counted on."""

    limit: Number | None = None


class AdminUpdateCampaign(Body):
    """What changes a campaign; what is left out stays."""

    name: str = ""
    campaign_identifier: str = ""
    description: str | None = None
    budget: UpdateCampaignBudget | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    additional_data: Record | None = None


class AdminCampaignPromotions(Part):
    """Promotions to put into a campaign and to take out of it."""

    add: list[str] = []
    remove: list[str] = []
