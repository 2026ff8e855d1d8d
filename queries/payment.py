"""Payment collections, their sessions, payments, captures and refunds."""

from __future__ import annotations

from typing import Final

from commerce.payment.models import (
    Capture,
    Payment,
    PaymentCollection,
    PaymentProvider,
    PaymentSession,
    Refund,
    RefundReason,
)
from kit.query import LIVE, Column, Kind, Resource, computed, many, one, ops, plain
from queries.store_fields import PAYMENT_COLLECTION_ALLOWED, PAYMENT_COLLECTION_DEFAULTS

CURRENT: Final = """{t}.deleted_at IS NULL AND ({t}.fate IN ('open', 'consumed') OR (
  {t}.status IN ('error', 'canceled') AND {t}.amount = {parent}.amount
  AND EXISTS (SELECT FROM checkout_attempt a
    WHERE a.cart_id = {parent}.cart_id AND a.session_id = {t}.id AND a.state = 'refused')
  AND NOT EXISTS (SELECT FROM payment_session n WHERE n.payment_collection_id = {parent}.id AND n.id > {t}.id)))"""
"""The sessions that a collection has, the one that was declined last among them; those that were superseded, are being
let go or never opened are ours to end."""


def _moved(name: str) -> Column:
    """Return an amount that is null until a session was looked at."""
    return Column(f"(CASE WHEN {{t}}.status <> 'not_paid' THEN {{t}}.{name} END)", Kind.NUMBER)


_PAYMENT_OF_SESSION: Final = "SELECT json_build_object('id', p.id) FROM payment p WHERE p.payment_session_id = {t}.id"

PROVIDER: Final[Resource] = Resource(
    PaymentProvider,
    key="payment_provider",
    plural="payment_providers",
    defaults=("id", "is_enabled"),
    filters={**plain("id"), **plain("is_enabled", kind=Kind.BOOLEAN)},
    combines=True,
    with_deleted=True,
    limit=20,
)
# Ours alone, so by name only; what stands between us and a provider is nobody else's.
_STATE: Final = computed("{t}.state", Kind.TEXT)
_INNER: Final = frozenset({"key_number", "keyed_at", "provider_reference", "attention"})

CAPTURE: Final[Resource] = Resource(
    Capture, key="capture", plural="captures", twins=("amount",), hidden=_INNER, computed={"state": _STATE}
)
REFUND_REASON: Final[Resource] = Resource(
    RefundReason,
    key="refund_reason",
    plural="refund_reasons",
    defaults=("id", "label", "code", "description", "created_at", "updated_at", "deleted_at"),
    filters={**plain("id"), **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT)},
    search=("label", "code"),
    with_deleted=True,
    limit=15,
)
REFUND: Final[Resource] = Resource(
    Refund,
    key="refund",
    plural="refunds",
    twins=("amount",),
    hidden=_INNER,
    computed={"state": _STATE},
    relations={"refund_reason": one(lambda: REFUND_REASON, on="refund_reason_id", where=LIVE)},
)
PAYMENT: Final[Resource] = Resource(
    Payment,
    key="payment",
    plural="payments",
    defaults=(
        "id",
        "currency_code",
        "amount",
        "captured_at",
        "payment_collection_id",
        "payment_session_id",
        "captures.id",
        "captures.amount",
        "refunds.id",
        "refunds.amount",
        "refunds.note",
        "refunds.payment_id",
        "refunds.refund_reason.label",
        "refunds.refund_reason.code",
    ),
    filters={
        **plain("id", "payment_session_id"),
        **ops("created_at", "updated_at", "deleted_at", kind=Kind.MOMENT),
    },
    search=("id", "provider_id", "payment_session_id"),
    combines=True,
    with_deleted=True,
    limit=20,
    twins=("amount",),
    hidden=frozenset({"attention", "canceling_at", "followed_at", "key_number", "warned_at"}),
    computed={"expires_at": computed("{t}.expires_at", Kind.MOMENT)},
    relations=lambda: {
        "captures": many(lambda: CAPTURE, on="payment_id", where=LIVE),
        "refunds": many(lambda: REFUND, on="payment_id", where=LIVE),
        "payment_collection": one(lambda: PAYMENT_COLLECTION, on="payment_collection_id", where=LIVE),
        "payment_session": one(lambda: PAYMENT_SESSION, on="payment_session_id", where=LIVE, stub=True),
    },
)
PAYMENT_SESSION: Final[Resource] = Resource(
    PaymentSession,
    key="payment_session",
    plural="payment_sessions",
    twins=("amount",),
    hidden=frozenset({"fate", "provider_reference", "order_id", "key_number", "attention", "released_because"}),
    relations=lambda: {
        "payment": one(lambda: PAYMENT, on="{t}.payment_session_id = {parent}.id", where=LIVE, stub=_PAYMENT_OF_SESSION)
    },
)
PAYMENT_COLLECTION: Final[Resource] = Resource(
    PaymentCollection,
    key="payment_collection",
    plural="payment_collections",
    twins=("amount", "authorized_amount", "captured_amount", "refunded_amount"),
    hidden=frozenset({"cart_id", "order_id"}),
    computed={name: _moved(name) for name in ("authorized_amount", "captured_amount", "refunded_amount")},
    relations=lambda: {
        "payment_sessions": many(lambda: PAYMENT_SESSION, on="payment_collection_id", where=CURRENT),
        "payments": many(lambda: PAYMENT, on="payment_collection_id", where=LIVE),
        "payment_providers": many(
            lambda: PROVIDER,
            on="{t}.id IN (SELECT provider_id FROM payment_session WHERE payment_collection_id = {parent}.id)",
            where=LIVE,
        ),
    },
)
STORE_PAYMENT_COLLECTION: Final[Resource] = PAYMENT_COLLECTION.but(
    defaults=PAYMENT_COLLECTION_DEFAULTS, allowed=PAYMENT_COLLECTION_ALLOWED
)
# A session shows its payment and a payment its session, each without the other inside.
_BARE_SESSION: Final[Resource] = PAYMENT_SESSION.but(relations={})
_BARE_PAYMENT: Final[Resource] = PAYMENT.but(relations={}, defaults=())
_SESSION: Final[Resource] = _BARE_SESSION.but(
    relations={"payment": one(lambda: _BARE_PAYMENT, on="{t}.payment_session_id = {parent}.id", where=LIVE)}
)
_PAYMENT: Final[Resource] = PAYMENT.but(
    relations=lambda: {
        **PAYMENT.links,
        "payment_session": one(lambda: _BARE_SESSION, on="payment_session_id", where=LIVE),
    }
)
ADMIN_PAYMENT_COLLECTION: Final[Resource] = PAYMENT_COLLECTION.but(
    defaults=(
        *("id", "currency_code", "amount", "status", "authorized_amount", "captured_amount", "refunded_amount"),
        *("*payment_sessions", "*payment_sessions.payment", "*payments", "*payments.payment_session"),
    ),
    relations=lambda: {
        **PAYMENT_COLLECTION.links,
        "payment_sessions": many(lambda: _SESSION, on="payment_collection_id", where=CURRENT),
        "payments": many(lambda: _PAYMENT, on="payment_collection_id", where=LIVE),
    },
)
"""A collection as the admin who makes one for an order is answered."""
