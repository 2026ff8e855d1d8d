"""The commits of a checkout; a method is one transaction, safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from temporalio import activity

from activities.payment import AskAboutSession, Released, SessionAnswer
from commerce.checkout.outcome import Begun, Claim, Outcome
from commerce.checkout.rules import PLACING
from kit.db import Database
from operations.begin_checkout import begin_checkout
from operations.hand_over_checkout import hand_over_checkout
from operations.place_order import place_order
from operations.record_payment import Paid
from operations.refuse_checkout import refuse_checkout
from operations.release_session import begin_release, finish_release, let_go_of_refused, settle_by_hand
from operations.resolve_session import Answer, Resolved, abandon_session, resolve_session


@dataclass(frozen=True)
class BeginCheckout:
    """Begin for the run `run_id`."""

    cart_id: str
    run_id: str
    request_id: str | None = None


@dataclass(frozen=True)
class PlaceOrder:
    """Place the order of my attempt with the provider's word."""

    claim: Claim
    paid: Paid


@dataclass(frozen=True)
class RefuseCheckout:
    """End my attempt with a decline; `status` is the word that the provider returned, None when it raised."""

    claim: Claim
    outcome: Outcome
    status: str | None = None


@dataclass(frozen=True)
class ResolveSession:
    """Decide with the provider's answer."""

    session_id: str
    answer: SessionAnswer


@dataclass(frozen=True)
class FinishRelease:
    """Record the provider's proof."""

    session_id: str
    released: Released


@dataclass(frozen=True)
class SettleByHand:
    """Record what a person did about the money; no personal data in `note`."""

    session_id: str
    note: str


class CheckoutActivities:
    """The protocol's arrows (docs/checkout.md) over one database."""

    def __init__(self, database: Database, deadline_seconds: float) -> None:
        self._database = database
        self._deadline_seconds = deadline_seconds

    @activity.defn(name="checkout.begin")
    async def begin(self, command: BeginCheckout) -> Begun:
        """Check everything, reserve stock, open the cart's one attempt; or adopt it."""
        work = partial(
            begin_checkout,
            cart_id=command.cart_id,
            run_id=command.run_id,
            request_id=command.request_id,
            deadline_seconds=self._deadline_seconds,
        )
        return await self._database.transact(work, "checkout.begin")

    @activity.defn(name="checkout.place_order")
    async def place(self, command: PlaceOrder) -> Outcome:
        """Make the order."""
        work = partial(place_order, claim=command.claim, word=command.paid)
        return await self._database.transact(work, "checkout.place_order")

    @activity.defn(name="checkout.refuse")
    async def refuse(self, command: RefuseCheckout) -> Outcome:
        """Record the decline; the cart is free again."""
        work = partial(refuse_checkout, claim=command.claim, outcome=command.outcome, status=command.status)
        return await self._database.transact(work, "checkout.refuse")

    @activity.defn(name="checkout.hand_over")
    async def hand_over(self, claim: Claim) -> Outcome:
        """Leave the attempt to resolve-session; the cart is free again."""
        return await self._database.transact(partial(hand_over_checkout, claim=claim), "checkout.hand_over")

    @activity.defn(name="checkout.let_go")
    async def let_go(self, command: AskAboutSession) -> bool:
        """Let go of the money of a cart whose checkout was refused."""
        return await self._database.transact(partial(let_go_of_refused, session_id=command.session_id))

    @activity.defn(name="checkout.resolve")
    async def resolve(self, command: ResolveSession) -> Resolved:
        """Place the order of a handed-over attempt, or give it up."""
        paid = command.answer.paid
        work = partial(resolve_session, session_id=command.session_id, answer=Answer(command.answer.holding, paid))
        edge = "checkout.resolve_yes" if paid.status in PLACING else "checkout.resolve_no"
        return await self._database.transact(work, edge)

    @activity.defn(name="checkout.abandon")
    async def abandon(self, command: AskAboutSession) -> Resolved:
        """Give a handed-over attempt up, because a person says so."""
        return await self._database.transact(partial(abandon_session, session_id=command.session_id))

    @activity.defn(name="checkout.begin_release")
    async def begin_release(self, command: AskAboutSession) -> bool:
        """Commit that the session is being released; False when there is nothing to release."""
        return await self._database.transact(
            partial(begin_release, session_id=command.session_id), "checkout.begin_release"
        )

    @activity.defn(name="checkout.finish_release")
    async def finish_release(self, command: FinishRelease) -> bool:
        """Record that nothing is held any more."""
        done = command.released
        work = partial(
            finish_release,
            session_id=command.session_id,
            reference=done.reference,
            voided=done.voided,
            refunded=done.refunded,
        )
        return await self._database.transact(work, "checkout.released")

    @activity.defn(name="checkout.settle_by_hand")
    async def settle_by_hand(self, command: SettleByHand) -> bool:
        """Record that a person let the money go."""
        return await self._database.transact(partial(settle_by_hand, session_id=command.session_id, note=command.note))
