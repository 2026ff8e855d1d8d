"""Bodies of `/admin/promotions`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.admin.bodies.campaigns import CreateCampaign
from api.body import Body, Number, Part, Record

OPERATORS: Final = ("gte", "lte", "gt", "lt", "eq", "ne", "in")


def _operator(value: object) -> object:
    if value not in OPERATORS:
        raise PydanticCustomError("missing", "Field required")  # recorded: admin_promotions/error_bad_operator
    return value


Operator = Annotated[str, BeforeValidator(_operator)]
Limit = Annotated[int, Field(ge=1, le=2**53 - 1)]


class CreateRule(Body):
    """One condition."""

    operator: Operator
    attribute: str
    values: str | list[str]
    description: str | None = None


class UpdateRule(Body):
    """What changes one condition."""

    id: str
    values: str | list[str]
    operator: Operator = ""
    attribute: str = ""
    description: str | None = None


class RulesBatch(Part):
    """Conditions to add, to change and to delete."""

    create: list[CreateRule] = []
    update: list[UpdateRule] = []
    delete: list[str] = []


class CreateMethod(Body):
    """How much is taken off what."""

    description: str | None = None
    value: Number
    currency_code: str | None = None
    max_quantity: Number | None = None
    type: Literal["fixed", "percentage"]
    target_type: Literal["order", "shipping_methods", "items"]
    allocation: Literal["each", "across", "once"] | None = None
    target_rules: list[CreateRule] = []
    buy_rules: list[CreateRule] = []
    apply_to_quantity: Number | None = None
    buy_rules_min_quantity: Number | None = None


class UpdateMethod(Body):
    """What changes of it; what is left out stays."""

    description: str | None = None
    value: Number = Decimal(0)
    max_quantity: Number | None = None
    currency_code: str | None = None
    type: Literal["fixed", "percentage"] = "fixed"
    target_type: Literal["order", "shipping_methods", "items"] = "order"
    allocation: Literal["each", "across", "once"] | None = None
    apply_to_quantity: Number | None = None
    buy_rules_min_quantity: Number | None = None


class AdminCreatePromotion(Body):
    """What makes a promotion."""

    code: str
    type: Literal["standard", "buyget"]
    application_method: CreateMethod
    is_automatic: bool = False
    is_tax_inclusive: bool = False
    status: Literal["draft", "active", "inactive"] = "draft"
    campaign_id: str | None = None
    campaign: CreateCampaign | None = None
    rules: list[CreateRule] = []
    limit: Limit | None = None
    metadata: Record | None = None
    additional_data: Record | None = None


class AdminUpdatePromotion(Body):
    """What changes a promotion; what is left out stays."""

    code: str = ""
    is_automatic: bool = False
    is_tax_inclusive: bool = False
    type: Literal["standard", "buyget"] = "standard"
    status: Literal["draft", "active", "inactive"] = "draft"
    campaign_id: str | None = None
    application_method: UpdateMethod | None = None
    limit: Limit | None = None
    metadata: Record | None = None
    additional_data: Record | None = None
