"""Every activity, listed by hand, compared with what is defined by a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from activities.attention import AttentionActivities
from activities.cancel_payment import CancelActivities
from activities.cart import CartActivities
from activities.checkout import CheckoutActivities
from activities.delivery import DeliveryActivities
from activities.follow import FollowActivities
from activities.movement import MovementActivities
from activities.order_session import OrderSessionDecisions
from activities.outside import OutsideActivities
from activities.payment import PaymentActivities
from activities.reconcile import ReconcileActivities
from commerce.payment.port import PaymentProvider
from durable.subscribers import Subscriber, Subscribers
from kit.db import Database

# Subscribers of our own; those of plugins come by entry point.
SUBSCRIBERS: Final[tuple[Subscriber, ...]] = ()


def all_activities(
    database: Database,
    subscribers: Subscribers,
    payments: Mapping[str, PaymentProvider],
    deadline_seconds: float,
    outside: OutsideActivities | None = None,
) -> list[Callable[..., Any]]:
    """Return the methods of every activity class over these parts; without `outside` nobody is asked about carts."""
    cart = CartActivities(database, outside or OutsideActivities({}, {}))
    attention = AttentionActivities(database)
    checkout = CheckoutActivities(database, deadline_seconds)
    delivery = DeliveryActivities(database, subscribers)
    payment = PaymentActivities(database, payments)
    return [
        attention.set,
        attention.clear,
        cart.confirm,
        checkout.begin,
        checkout.place,
        checkout.refuse,
        checkout.hand_over,
        checkout.let_go,
        checkout.resolve,
        checkout.abandon,
        checkout.begin_release,
        checkout.finish_release,
        checkout.settle_by_hand,
        delivery.deliver,
        payment.authorise,
        payment.status,
        payment.release,
        *_of_orders_money(database, payments),
    ]


def _of_orders_money(database: Database, payments: Mapping[str, PaymentProvider]) -> list[Callable[..., Any]]:
    """Return what moves, follows and compares the money of orders."""
    movement = MovementActivities(database, payments)
    order_session = OrderSessionDecisions(database)
    cancel = CancelActivities(database, payments)
    follow = FollowActivities(database, payments)
    reconcile = ReconcileActivities(database, payments, follow)
    return [
        movement.capture,
        movement.refund,
        movement.look_up,
        movement.settle,
        movement.next_key,
        order_session.refuse,
        order_session.let_go,
        cancel.begin,
        cancel.cancel,
        cancel.finish,
        cancel.give_up,
        cancel.next_key,
        follow.follow,
        follow.warn,
        reconcile.compare,
        reconcile.listed,
        reconcile.end,
    ]
