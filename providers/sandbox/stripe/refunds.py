"""Money that goes back: refunds that succeed, wait or fail later, and disputes."""

from __future__ import annotations

from providers.sandbox.stripe import objects
from providers.sandbox.stripe.cards import Card, card_of
from providers.sandbox.stripe.forms import whole
from providers.sandbox.stripe.problems import Json, invalid, not_possible
from providers.sandbox.stripe.store import Draft


def create(draft: Draft, params: Json) -> Json:
    """Give back part or all of what a charge took."""
    if not {"payment_intent", "charge"} & params.keys():
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    intent, made = _charged(draft, params)
    if not made["captured"]:
        message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        raise not_possible(message, param="payment_intent")
    rest = made["amount"] - made["amount_refunded"]
    if not rest:
        raise not_possible(f"Charge {made['id']} has already been refunded.", "charge_already_refunded")
    if made["disputed"] and _is_charged_back(draft, made):
        raise not_possible(f"Charge {made['id']} has been charged back; cannot issue a refund.", "charge_disputed")
    amount = whole(params.get("amount", rest), "amount")
    if not 0 < amount <= rest:
        raise not_possible(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({rest})", param="amount"
        )
    card = _card(draft, made)
    refund = objects.refund(
        made,
        draft.now,
        amount,
        status=card.refund,
        reason=params.get("reason"),
        metadata=dict(params.get("metadata", {})),
        _fails=card.refund_fails,
    )
    _count(made, amount)
    if card.refund == "succeeded":
        _book(draft, intent, refund)
    draft.put(refund, made)
    draft.tell("refund.created", refund)
    draft.tell("charge.refunded", made)
    return refund


def settle(draft: Draft, refund: Json, *, fails: bool) -> Json:
    """Let a refund succeed at last, or fail, also after it had succeeded."""
    intent = draft.get("payment_intent", refund["payment_intent"])
    made = draft.get("charge", refund["charge"])
    if not fails and refund["status"] == "pending":
        refund["status"] = "succeeded"
        _book(draft, intent, refund)
        draft.put(refund)
        draft.tell("refund.updated", refund)
        draft.tell("charge.refund.updated", refund)
    elif fails and refund["status"] in {"pending", "succeeded"}:
        if refund["status"] == "succeeded":
            draft.effect("refund", intent, -refund["amount"], "failed")
        refund |= {"status": "failed", "failure_reason": "expired_or_canceled_card", "_fails": False}
        _count(made, -refund["amount"])
        draft.put(refund, made)
        draft.tell("refund.failed", refund)
        draft.tell("charge.refund.updated", refund)
    return refund


def dispute(draft: Draft, made: Json, amount: int | None, status: str) -> Json:
    """Let the shopper complain to their bank."""
    found = objects.dispute(made, draft.now, amount or made["amount_captured"], status)
    made["disputed"] = True
    draft.put(found, made)
    draft.tell("charge.dispute.created", found)
    if status == "needs_response":
        draft.tell("charge.dispute.funds_withdrawn", found)
    return found


def decide(draft: Draft, found: Json, status: str) -> Json:
    """Let the bank decide: won or lost; warning_closed for an inquiry that came to nothing."""
    found |= {"status": status, "is_charge_refundable": status == "warning_closed"}
    draft.put(found)
    if status == "won":
        draft.tell("charge.dispute.funds_reinstated", found)
    draft.tell("charge.dispute.closed", found)
    return found


def _charged(draft: Draft, params: Json) -> tuple[Json, Json]:
    if "charge" in params:
        made = draft.get("charge", params["charge"])
        return draft.get("payment_intent", made["payment_intent"]), made
    intent = draft.get("payment_intent", params["payment_intent"])
    if intent["latest_charge"] is None:
        message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        raise not_possible(message, param="payment_intent")
    return intent, draft.get("charge", intent["latest_charge"])


def _is_charged_back(draft: Draft, made: Json) -> bool:
    of_charge = (one for one in draft.store.all_of("dispute") if one["charge"] == made["id"])
    return any(one["status"] in {"needs_response", "under_review", "lost"} for one in of_charge)


def _card(draft: Draft, made: Json) -> Card:
    method = draft.get("payment_method", made["payment_method"])
    return card_of(method["_token"]) or Card()


def _count(made: Json, amount: int) -> None:
    made["amount_refunded"] += amount
    made["refunded"] = made["amount_refunded"] == made["amount"]


def _book(draft: Draft, intent: Json, refund: Json) -> None:
    booked = objects.balance_transaction(refund, draft.now, -refund["amount"], 0, "refund")
    refund["balance_transaction"] = booked["id"]
    draft.put(booked)
    draft.effect("refund", intent, refund["amount"])
