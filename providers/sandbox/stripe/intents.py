"""What a payment intent goes through: made, changed, confirmed, captured, canceled, expired."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from providers.sandbox.stripe import objects, refunds
from providers.sandbox.stripe.cards import Card, card_of
from providers.sandbox.stripe.forms import flag, whole
from providers.sandbox.stripe.problems import Json, Problem, invalid, not_possible, unexpected
from providers.sandbox.stripe.store import Draft

OPEN: Final = {"requires_payment_method", "requires_confirmation", "requires_action"}
HELD_FOR: Final = 7 * 86400
"""Seconds after which a card's authorisation falls back to the shopper."""

LEAST: Final = 50
STEPS: Final = {"bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10, "isk": 100, "ugx": 100}


def create(draft: Draft, params: Json) -> Json:
    """Make an intent."""
    for name in ("amount", "currency"):
        if name not in params:
            raise invalid(f"Missing required param: {name}.", "parameter_missing", name)
    currency = str(params["currency"]).lower()
    amount = _priced(params["amount"], currency)
    if customer := params.get("customer"):
        draft.get("customer", customer)
    card = params.get("payment_method_options", {}).get("card", {})
    intent = objects.payment_intent(
        draft.now,
        amount=amount,
        currency=currency,
        automatic_payment_methods={"enabled": flag(params.get("automatic_payment_methods", {}).get("enabled"))},
        capture_method=params.get("capture_method", "automatic_async"),
        customer=customer,
        metadata=dict(params.get("metadata", {})),
        setup_future_usage=params.get("setup_future_usage"),
        _multicapture=card.get("request_multicapture") == "if_available",
    )
    draft.put(intent)
    draft.effect("create", intent, amount)
    draft.tell("payment_intent.created", intent)
    return intent


def update(draft: Draft, intent: Json, params: Json) -> Json:
    """Change an intent; its price only while nobody has paid."""
    if {"amount", "currency"} & params.keys():
        if intent["status"] not in OPEN:
            raise unexpected(
                f"This PaymentIntent's amount could not be updated because it has a status of {intent['status']}.",
                intent,
            )
        intent["currency"] = str(params.get("currency", intent["currency"])).lower()
        intent["amount"] = _priced(params.get("amount", intent["amount"]), intent["currency"])
        intent |= {"status": "requires_payment_method", "next_action": None, "last_payment_error": None}
        draft.effect("update", intent, intent["amount"])
    intent["metadata"] |= params.get("metadata", {})
    draft.put(intent)
    return intent


def confirm(draft: Draft, intent: Json, params: Json) -> Json:
    """Pay, as the shopper's browser does; a decline is a Problem whose changes are kept."""
    if intent["status"] not in OPEN:
        raise unexpected(
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}.", intent
        )
    token = params.get("payment_method") or intent["payment_method"]
    if not token:
        raise invalid("You cannot confirm this PaymentIntent because it's missing a payment method.")
    method = method_of(draft, str(token))
    intent |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None}
    card = _card(method)
    if card.needs_3ds:
        return _ask_for_more(draft, intent, params.get("return_url"))
    return pay(draft, intent)


def pay(draft: Draft, intent: Json) -> Json:
    """Charge the payment method that the intent has."""
    method = draft.get("payment_method", intent["payment_method"])
    card = _card(method)
    if card.is_slow and intent["status"] != "processing":
        intent |= {"status": "processing", "next_action": None}
        draft.put(intent)
        draft.tell("payment_intent.processing", intent)
        return intent
    made = objects.charge(intent, draft.now, card, paid=card.decline is None, captured=False, status="succeeded")
    intent["latest_charge"] = made["id"]
    if card.decline is not None:
        raise decline(draft, intent, made, card.decline)
    if intent["setup_future_usage"] and intent["customer"]:
        draft.put(method | {"customer": intent["customer"]})
    if card.kind == "card":
        details = made["payment_method_details"]["card"]
        details["multicapture"]["status"] = "available" if intent["_multicapture"] else "unavailable"
    draft.effect("authorise", intent, intent["amount"])
    intent |= {"status": "requires_capture", "amount_capturable": intent["amount"], "next_action": None}
    if intent["capture_method"] == "manual":
        made["payment_method_details"][card.kind]["capture_before"] = draft.now + HELD_FOR
        draft.tell("payment_intent.amount_capturable_updated", intent)
    else:
        take(draft, intent, made, intent["amount"], is_final=True)
    draft.put(intent, made)
    draft.tell("charge.succeeded", made)
    return intent


def decline(draft: Draft, intent: Json, made: Json | None, why: tuple[str, str | None, str]) -> Problem:
    """Keep that the attempt failed, and return the answer to it."""
    code, decline_code, message = why
    method = objects.shown(draft.get("payment_method", intent["payment_method"]))
    error: Json = {"type": "card_error", "code": code, "message": message, "payment_method": method}
    if decline_code:
        error["decline_code"] = decline_code
    if made is not None:
        made |= {"status": "failed", "failure_code": code, "failure_message": message}
        error["charge"] = made["id"]
        draft.put(made)
        draft.tell("charge.failed", made)
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    intent["last_payment_error"] = error
    draft.put(intent)
    draft.effect("word", intent, 0, "error")
    draft.tell("payment_intent.payment_failed", intent)
    more = {name: error[name] for name in ("charge", "decline_code", "payment_method") if name in error}
    return Problem(
        HTTPStatus.PAYMENT_REQUIRED,
        message,
        type="card_error",
        code=code,
        is_kept=True,
        more=more | {"payment_intent": objects.shown(intent)},
    )


def capture(draft: Draft, intent: Json, params: Json) -> Json:
    """Take part or all of what is held."""
    if intent["status"] != "requires_capture":
        raise unexpected(
            "This PaymentIntent could not be captured because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be captured: "
            "requires_capture.",
            intent,
        )
    made = draft.get("charge", intent["latest_charge"])
    amount = whole(params.get("amount_to_capture", intent["amount_capturable"]), "amount_to_capture")
    is_final = flag(params.get("final_capture", "true"))
    if not is_final and not intent["_multicapture"]:
        raise invalid("Multicapture is not available for this charge.", param="final_capture")
    if amount > intent["amount_capturable"] or (amount == 0 and not intent["amount_received"]):
        raise not_possible("The amount to capture is more than what is capturable.", "amount_too_large")
    intent["metadata"] |= params.get("metadata", {})
    take(draft, intent, made, amount, is_final=is_final)
    draft.put(intent, made)
    draft.tell("charge.captured", made)
    return intent


def take(draft: Draft, intent: Json, made: Json, amount: int, *, is_final: bool) -> None:
    """Move money to the shop, and let go of the rest when nothing more is to come."""
    intent["amount_received"] += amount
    intent["amount_capturable"] -= amount
    made |= {"captured": True, "amount_captured": made["amount_captured"] + amount}
    if amount:
        draft.effect("capture", intent, amount)
    taken = made["amount_captured"]
    booked = objects.balance_transaction(made, draft.now, taken, taken * 29 // 1000 + 30, "charge")
    made["balance_transaction"] = booked["id"]
    draft.put(booked)
    if not is_final:
        draft.tell("payment_intent.amount_capturable_updated", intent)
        return
    _let_go(draft, intent, made)
    intent["status"] = "succeeded"
    draft.tell("payment_intent.succeeded", intent)
    if first := _card(draft.get("payment_method", intent["payment_method"])).disputed:
        refunds.dispute(draft, made, None, first)


def cancel(draft: Draft, intent: Json, params: Json, *, reason: str | None = None) -> Json:
    """End an intent for good."""
    if intent["status"] not in OPEN | {"requires_capture"} or intent["amount_received"]:
        raise unexpected(f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.", intent)
    if intent["latest_charge"] and intent["amount_capturable"]:
        made = draft.get("charge", intent["latest_charge"])
        _let_go(draft, intent, made, expired=reason is not None)
        draft.put(made)
    intent |= {"status": "canceled", "canceled_at": draft.now, "next_action": None}
    intent["cancellation_reason"] = reason or params.get("cancellation_reason")
    draft.put(intent)
    draft.effect("cancel", intent, 0)
    draft.tell("payment_intent.canceled", intent)
    return intent


def method_of(draft: Draft, token: str) -> Json:
    """Return the payment method of an id, or a new one for a test token; Problem when it is neither."""
    card = card_of(token)
    if card is None:
        return draft.get("payment_method", token)
    made = objects.payment_method(draft.now, card, token)
    draft.put(made)
    return made


def _card(method: Json) -> Card:
    return card_of(method["_token"]) or Card()


def _ask_for_more(draft: Draft, intent: Json, return_url: str | None) -> Json:
    intent["status"] = "requires_action"
    if return_url:
        url = f"{draft.store.knobs.get('public_url', '')}/3ds/{intent['id']}"
        intent["next_action"] = {
            "type": "redirect_to_url",
            "redirect_to_url": {"url": url, "return_url": return_url},
        }
    else:
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    draft.put(intent)
    draft.tell("payment_intent.requires_action", intent)
    return intent


def _let_go(draft: Draft, intent: Json, made: Json, *, expired: bool = False) -> None:
    """Free what is held and not taken: Stripe shows it as a refund that moved nothing."""
    rest = intent["amount_capturable"]
    if not rest:
        return
    reason = "expired_uncaptured_charge" if expired else None
    draft.put(objects.refund(made, draft.now, rest, status="succeeded", reason=reason))
    made["amount_refunded"] += rest
    made["refunded"] = made["amount_refunded"] == made["amount"]
    intent["amount_capturable"] = 0
    draft.effect("void", intent, rest)
    draft.tell("charge.expired" if expired else "charge.refunded", made)


def _priced(given: object, currency: str) -> int:
    amount = whole(given, "amount")
    if amount < LEAST:
        raise invalid(f"Amount must be at least {LEAST} {currency}.", "amount_too_small", "amount")
    if amount % STEPS.get(currency, 1):
        raise invalid(f"Invalid amount for {currency}.", "parameter_invalid_integer", "amount")
    return amount
