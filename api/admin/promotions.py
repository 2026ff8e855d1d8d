"""`/admin/promotions`."""

from __future__ import annotations

from fastapi import Request, Response

from api.admin.bodies.promotions import AdminCreatePromotion, AdminUpdatePromotion, RulesBatch
from api.deps import batched, deleted, json_answer, json_text, read, read_one, shown, write
from api.routing import Router
from api.state import state_of
from commerce.promotion.attributes import KINDS, attributes
from commerce.promotion.models import RuleKind
from commerce.promotion.service import change_rules, create_promotion, delete_promotion, update_promotion
from kit import query
from kit.errors import invalid_data, not_found
from kit.query import LIVE
from queries.promotion import PROMOTION, RULE
from queries.promotion_rules import VALUES, fetch_rules

router = Router("/admin/promotions")
PARAMETERS = ("promotion_type", "application_method_type", "application_method_target_type")
_ASKED = PROMOTION.but(accepts=PARAMETERS)
_RULES = RULE.but(accepts=PARAMETERS)


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise invalid_data(f"Invalid param rule_type ({kind}). Expected one of: {', '.join(KINDS)}")
    return kind


@router.get("")
async def list_promotions(request: Request) -> Response:
    """List the promotions."""
    return await read(request, PROMOTION, where=[LIVE])


@router.post("")
async def create(request: Request, body: AdminCreatePromotion) -> Response:
    """Create a promotion, with its campaign where that is given too."""
    given = body.model_dump()
    return await write(request, lambda session: create_promotion(session, given), then=shown(request, PROMOTION))


@router.get("/rule-attribute-options/{rule_type}")
async def rule_attribute_options(request: Request, rule_type: str) -> Response:
    """List what rules of one kind may be about."""
    asked = query.read_one(_ASKED, request.query_params.multi_items())
    promotion_type, target_type = asked.text("promotion_type"), asked.text("application_method_target_type")
    return json_answer(json_text({"attributes": attributes(_kind(rule_type), promotion_type, target_type)}))


@router.get("/rule-value-options/{rule_type}/{attribute_id}")
async def rule_value_options(request: Request, rule_type: str, attribute_id: str) -> Response:
    """List the values that a rule about an attribute may name."""
    if _kind(rule_type) not in KINDS or attribute_id not in VALUES:
        raise not_found(f"Attribute {attribute_id} has no values to choose from")
    return await read(request, VALUES[attribute_id], where=[])


@router.get("/{id}")
async def retrieve(request: Request, id: str) -> Response:
    """Retrieve a promotion."""
    return await read_one(request, PROMOTION, id, where=[LIVE])


@router.post("/{id}")
async def update(request: Request, id: str, body: AdminUpdatePromotion) -> Response:
    """Change a promotion or its application method."""
    given = body.given()
    return await write(request, lambda session: update_promotion(session, id, given), then=shown(request, PROMOTION))


@router.delete("/{id}")
async def delete(request: Request, id: str) -> Response:
    """Delete a promotion."""
    return await write(request, lambda session: delete_promotion(session, id), then=deleted("promotion"))


@router.get("/{id}/{rule_type}")
async def list_rules(request: Request, id: str, rule_type: str) -> Response:
    """List the rules of one kind, with labels."""
    query.read_one(_ASKED, request.query_params.multi_items())
    async with state_of(request).database.reading() as connection:
        return json_answer(json_text({"rules": await fetch_rules(connection, id, _kind(rule_type))}))


@router.post("/{id}/rules/batch")
async def change_cart_rules(request: Request, id: str, body: RulesBatch) -> Response:
    """Change the rules that decide whether the promotion acts."""
    return await _change(request, id, RuleKind.RULES, body)


@router.post("/{id}/target-rules/batch")
async def change_target_rules(request: Request, id: str, body: RulesBatch) -> Response:
    """Change the rules that decide what the promotion lowers."""
    return await _change(request, id, RuleKind.TARGET_RULES, body)


@router.post("/{id}/buy-rules/batch")
async def change_buy_rules(request: Request, id: str, body: RulesBatch) -> Response:
    """Change the rules that decide what must be bought."""
    return await _change(request, id, RuleKind.BUY_RULES, body)


async def _change(request: Request, id_: str, kind: RuleKind, body: RulesBatch) -> Response:
    then = batched(request, _RULES, "promotion-rule")
    return await write(request, lambda session: change_rules(session, id_, kind, body.given()), then=then)
