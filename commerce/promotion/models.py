"""Tables of the promotion module (contract section 9)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.changes import noted
from kit.tables import Amount, Base, Entity, Metadata, finite, live_unique, one_of, trigram_index


class PromotionType(StrEnum):
    """What kind of promotion it is."""

    STANDARD = "standard"
    BUYGET = "buyget"


class PromotionStatus(StrEnum):
    """Whether it may act."""

    DRAFT = "draft"
    ACTIVE = "active"
    INACTIVE = "inactive"


class MethodType(StrEnum):
    """What its value is."""

    FIXED = "fixed"
    PERCENTAGE = "percentage"


class TargetType(StrEnum):
    """What it lowers."""

    ORDER = "order"
    ITEMS = "items"
    SHIPPING_METHODS = "shipping_methods"


class Allocation(StrEnum):
    """How its value is given to what it lowers."""

    EACH = "each"
    ACROSS = "across"
    ONCE = "once"


class BudgetType(StrEnum):
    """What a campaign's budget counts."""

    SPEND = "spend"
    USAGE = "usage"
    USE_BY_ATTRIBUTE = "use_by_attribute"
    SPEND_BY_ATTRIBUTE = "spend_by_attribute"


class RuleKind(StrEnum):
    """What a rule decides: whether the promotion acts, what it lowers, what must be bought."""

    RULES = "rules"
    TARGET_RULES = "target_rules"
    BUY_RULES = "buy_rules"


class Campaign(Entity):
    """A season of promotions with a budget of its own."""

    __tablename__ = "promotion_campaign"
    __table_args__ = (
        live_unique("promotion_campaign", "campaign_identifier"),
        trigram_index("promotion_campaign", "name", "description", "campaign_identifier"),
        noted(),
    )
    prefix = "procamp"

    name: Mapped[str]
    description: Mapped[str | None]
    campaign_identifier: Mapped[str]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]


class CampaignBudget(Entity):
    """What a campaign may cost, or how often it may be used; claim_promotions keeps `used` within `limit`."""

    __tablename__ = "promotion_campaign_budget"
    __table_args__ = (
        one_of("type", BudgetType),
        finite("used", '"limit"'),
        CheckConstraint("\"limit\" IS NULL OR type IN ('use_by_attribute', 'spend_by_attribute') OR used >= 0", "used"),
        live_unique("promotion_campaign_budget", "campaign_id"),
    )
    prefix = "probudg"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("promotion_campaign.id"))
    type: Mapped[str]
    currency_code: Mapped[str | None]
    attribute: Mapped[str | None]
    limit: Mapped[Amount | None]
    used: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))


class CampaignBudgetUsage(Entity):
    """How often one value of a budget's attribute was used."""

    __tablename__ = "promotion_campaign_budget_usage"
    __table_args__ = (UniqueConstraint("budget_id", "attribute_value"), finite("used"))
    prefix = "probudgus"

    budget_id: Mapped[str] = mapped_column(ForeignKey("promotion_campaign_budget.id"))
    attribute_value: Mapped[str]
    used: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))


class Promotion(Entity):
    """A discount by code or by itself."""

    __tablename__ = "promotion"
    __table_args__ = (
        live_unique("promotion", "code"),
        trigram_index("promotion", "code"),
        one_of("type", PromotionType),
        one_of("status", PromotionStatus),
        CheckConstraint('"limit" IS NULL OR used <= "limit"', "within_limit"),
        # Every write of a cart asks for them, among whatever number of codes.
        Index(
            "ix_promotion_automatic",
            "id",
            postgresql_where=text("is_automatic AND status = 'active' AND deleted_at IS NULL"),
        ),
        noted("id", "code", "type", "status", "is_automatic", "campaign_id", "deleted_at"),  # not by each checkout
    )
    prefix = "promo"

    code: Mapped[str]
    is_automatic: Mapped[bool] = mapped_column(default=False)
    is_tax_inclusive: Mapped[bool] = mapped_column(default=False)
    type: Mapped[str]
    limit: Mapped[int | None]
    used: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    status: Mapped[str] = mapped_column(default=PromotionStatus.DRAFT)
    campaign_id: Mapped[str | None] = mapped_column(ForeignKey("promotion_campaign.id"), index=True)
    metadata_: Mapped[Metadata] = mapped_column("metadata")


class ApplicationMethod(Entity):
    """How much a promotion takes off what."""

    __tablename__ = "promotion_application_method"
    __table_args__ = (
        one_of("type", MethodType),
        one_of("target_type", TargetType),
        one_of("allocation", Allocation),
        finite("value"),
        live_unique("promotion_application_method", "promotion_id"),
    )
    prefix = "proappmet"

    promotion_id: Mapped[str] = mapped_column(ForeignKey("promotion.id"))
    description: Mapped[str | None]
    value: Mapped[Amount]
    currency_code: Mapped[str | None]
    max_quantity: Mapped[Amount | None]
    apply_to_quantity: Mapped[Amount | None]
    buy_rules_min_quantity: Mapped[Amount | None]
    type: Mapped[str]
    target_type: Mapped[str]
    allocation: Mapped[str | None]


class PromotionRule(Entity):
    """One condition of a promotion."""

    __tablename__ = "promotion_rule"
    __table_args__ = (one_of("kind", RuleKind),)
    prefix = "prorul"

    promotion_id: Mapped[str] = mapped_column(ForeignKey("promotion.id"), index=True)
    kind: Mapped[str]
    description: Mapped[str | None]
    attribute: Mapped[str]
    operator: Mapped[str]


class PromotionRuleValue(Entity):
    """One of the values that a rule names."""

    __tablename__ = "promotion_rule_value"
    prefix = "prorulval"

    promotion_rule_id: Mapped[str] = mapped_column(ForeignKey("promotion_rule.id", ondelete="CASCADE"), index=True)
    value: Mapped[str]


class CartPromotion(Base):
    """A promotion that a cart keeps: its code was given, or it is automatic and eligible."""

    __tablename__ = "cart_promotion"

    cart_id: Mapped[str] = mapped_column(primary_key=True)
    promotion_id: Mapped[str] = mapped_column(ForeignKey("promotion.id"), primary_key=True)


class OrderPromotion(Base):
    """A promotion that an order used, and what it drew from its campaign's budget, so that it can be given back."""

    __tablename__ = "order_promotion"
    __table_args__ = (finite("spent"),)

    order_id: Mapped[str] = mapped_column(primary_key=True)
    promotion_id: Mapped[str] = mapped_column(ForeignKey("promotion.id"), primary_key=True)
    budget_id: Mapped[str | None]
    attribute_value: Mapped[str | None]
    spent: Mapped[Amount] = mapped_column(default=0, server_default=text("0"))
    returned_at: Mapped[datetime | None]
