"""Provider calls and commits of captures and refunds: one call or one transaction a method.

What a history gets to see are states and amounts; the provider's `data` goes to the payment's row (docs/adr/0002).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.payment import failure
from commerce.payment.models import MoneyState
from commerce.payment.movements import Movement
from commerce.payment.port import Declined, PaymentProvider, PaymentResult, ProviderError, Refused
from kit import clock, failpoints
from kit.db import Database
from operations.keep_answer import keep_payment_answer
from operations.load_movement import LoadedMovement, load_movement, next_key
from operations.load_session import load_session
from operations.settle_movement import Kind, Moved, settle_movement

REPEATED_FOR: Final = timedelta(hours=20)  # a key is repeated so long: shorter than the shortest life of one (24 h)
IN_FLIGHT_FOR: Final = timedelta(hours=1)  # no call is under way for longer: what is not there then never will be


@dataclass(frozen=True)
class Asking:
    """The command of every step about one capture or refund."""

    kind: Kind
    id: str


class Told(StrEnum):
    """What is known after a call."""

    MOVED = "moved"  # the provider has it: done, or pending there
    REFUSED = "refused"  # it will not, and did nothing
    SETTLED = "settled"  # there was nothing to ask: it is booked, or given up
    MUST_ASK = "must_ask"  # the call must not be repeated: it is pending there, or its key is too old


@dataclass(frozen=True)
class Asked:
    """The end of a call; `reason` says in the provider's words why it will not."""

    told: Told
    moved: Moved | None = None
    reason: str | None = None
    state: MoneyState | None = None


@dataclass(frozen=True)
class Found:
    """What the provider has under one of our keys; `is_certain`: what it has not now, it never will."""

    moved: Moved | None
    is_certain: bool


@dataclass(frozen=True)
class SettleMovement:
    """Settle with what is known."""

    asking: Asking
    moved: Moved


class MovementActivities:
    """Moves money at providers; failures are `Unknown`, which is retried with the same key."""

    def __init__(self, database: Database, providers: Mapping[str, PaymentProvider]) -> None:
        self._database = database
        self._providers = providers

    @activity.defn(name="payment.capture")
    async def capture(self, asking: Asking) -> Asked:
        """Take the capture's amount, once for its key."""
        return await self._move(asking, "provider.capture")

    @activity.defn(name="payment.refund")
    async def refund(self, asking: Asking) -> Asked:
        """Give the refund's amount back, once for its key."""
        return await self._move(asking, "provider.refund")

    @activity.defn(name="payment.look_up")
    async def look_up(self, asking: Asking) -> Found:
        """Ask what the provider has under the keys of the capture or refund, or under its own id for it."""
        loaded, provider = await self._load(asking)
        async with self._database.reading() as connection:
            session = await load_session(connection, loaded.request.session_id)
        if session is None:
            raise LookupError(f"{asking.id} belongs to no session")
        try:
            async with failpoints.provider_call("provider.status"):
                result = await provider.status(session.request)
        except ProviderError as error:
            raise failure(error) from error
        there = result.captures if asking.kind == "capture" else result.refunds
        mine = next((each for each in there if _is_ours(each, asking, loaded)), None)
        moved = None if mine is None else Moved(mine.status, mine.amount, mine.reference)
        return Found(moved, clock.now() - loaded.keyed_at > REPEATED_FOR + IN_FLIGHT_FOR)

    @activity.defn(name="payment.settle_movement")
    async def settle(self, command: SettleMovement) -> MoneyState:
        """Book what is known, with all that follows from it."""
        asking = command.asking
        work = partial(settle_movement, kind=asking.kind, id_=asking.id, moved=command.moved)
        return await self._database.transact(work, f"payment.settle_{asking.kind}")

    @activity.defn(name="payment.next_key")
    async def next_key(self, asking: Asking) -> None:
        """Commit to the next key, since there is proof that the present one had no effect."""
        work = partial(next_key, kind=asking.kind, id_=asking.id)
        await self._database.transact(work, "payment.next_key")

    async def _move(self, asking: Asking, edge: str) -> Asked:
        loaded, provider = await self._load(asking)
        if loaded.state is not MoneyState.PENDING:
            return Asked(Told.SETTLED, state=loaded.state)
        if loaded.reference is not None or clock.now() - loaded.keyed_at > REPEATED_FOR:
            return Asked(Told.MUST_ASK)
        call = provider.capture if asking.kind == "capture" else provider.refund
        try:
            async with failpoints.provider_call(edge):
                result = await call(loaded.request)
        except (Declined, Refused) as error:
            return Asked(Told.REFUSED, reason=error.message)
        except ProviderError as error:
            raise failure(error) from error
        await self._keep(loaded.payment_id, result)
        return Asked(Told.MOVED, Moved(result.status, result.amount, result.reference))

    async def _load(self, asking: Asking) -> tuple[LoadedMovement, PaymentProvider]:
        async with self._database.reading() as connection:
            loaded = await load_movement(connection, asking.kind, asking.id)
        if loaded is None:
            raise ApplicationError(f"There is no {asking.kind} {asking.id}.", type="Refused", non_retryable=True)
        provider = self._providers.get(loaded.provider_id)
        if provider is None:
            message = f"The payment provider {loaded.provider_id} is not installed in this worker."
            raise ApplicationError(message, type="Refused", non_retryable=True)
        return loaded, provider

    async def _keep(self, payment_id: str, result: PaymentResult) -> None:
        keep: Any = partial(keep_payment_answer, payment_id=payment_id, data=result.data)
        await self._database.transact(keep, "payment.keep_answer")


def _is_ours(movement: Movement, asking: Asking, loaded: LoadedMovement) -> bool:
    """Tell whether the provider's movement is this one, under whichever of its keys."""
    if loaded.reference is not None and movement.reference == loaded.reference:
        return True
    return movement.key is not None and movement.key.rpartition(":")[0] == asking.id
