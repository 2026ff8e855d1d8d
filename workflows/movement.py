"""What captures and refunds share as workflows: one movement of money, asked for until it is known."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError, is_cancelled_exception

from activities.movement import Asked, Asking, MovementActivities, SettleMovement, Told
from commerce.payment.models import MoneyState
from commerce.payment.movements import MovementStatus
from durable.attention import Target
from durable.types import MoneyOutcome
from kit.decimals import ZERO
from operations.settle_movement import Moved
from workflows import options
from workflows.desk import CANCELLED, Desk, Skipped

UNKNOWN_YET = "The payment provider does not say yet what became of this."
NOTHING = Moved(MovementStatus.FAILED, ZERO)


class MovementWorkflow(Desk):
    """Takes or gives back money, once; the caller who waits hears a refusal, else a person does.

    Parks with `retry`, `skip` (done by hand, with a note) and, where it is proven that nothing was done, `cancel`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._outcome: MoneyOutcome | None = None
        self._waiting = 0
        self._refusal: str | None = None

    async def move(self, asking: Asking) -> MoneyOutcome:
        """Ask the provider, settle with what it says, and return where that leaves the capture or refund."""
        self._asking = asking
        self.attention_on = Target(asking.kind, asking.id)
        moved = await self._attend()
        if isinstance(moved, Moved):
            state = await self.attend("record what was done", lambda: self._settle(moved))
        else:
            state = moved
        self._outcome = MoneyOutcome(state, self._refusal)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._outcome

    @workflow.update
    async def outcome(self, within: float) -> MoneyOutcome:
        """Return how it ended, or after `within` seconds that it goes on (no state); never raises."""
        self._waiting += 1
        try:
            await workflow.wait_condition(lambda: self._outcome is not None, timeout=timedelta(seconds=within))
        except TimeoutError:
            if self._refusal is None:
                return MoneyOutcome(None)
            # Nobody else would hear the refusal: it is being recorded, and told to whoever waits here.
            await workflow.wait_condition(lambda: self._outcome is not None)
        finally:
            self._waiting -= 1
        assert self._outcome is not None  # noqa: S101 - the conditions above, for the type checker
        return self._outcome

    async def _attend(self) -> Moved | MoneyState:
        try:
            done = await self.attend(f"{self._asking.kind} the payment", self._attempt, can_skip=True)
        except ApplicationError as error:
            if error.type != CANCELLED:
                raise
            return NOTHING
        return _by_hand(done) if isinstance(done, Skipped) else done

    async def _attempt(self) -> Moved | MoneyState:
        """Try until it is known. A refusal that nobody waits for is a person's matter, with a new key."""
        known = await self.attend("ask the payment provider", self._know, can_skip=True, can_cancel=False)
        if isinstance(known, Skipped):
            return _by_hand(known)
        ended = known.moved or known.state
        if ended is not None:
            return ended
        if self._waiting:
            self._refusal = known.reason or UNKNOWN_YET
            return NOTHING
        await self._next_key()
        raise ApplicationError(known.reason or UNKNOWN_YET, type="Refused", non_retryable=True)

    async def _know(self) -> Asked:
        """Call under the present key; where that must not be repeated, ask what came of it."""
        while True:
            asked = await self._call()
            if asked.told is not Told.MUST_ASK:
                return asked
            if (found := await self._look_up()) is not None:
                return found
            await self._next_key()

    async def _call(self) -> Asked:
        call = MovementActivities.capture if self._asking.kind == "capture" else MovementActivities.refund
        try:
            return await workflow.execute_activity_method(call, self._asking, **options.PROVIDER_PATIENT)
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
        return Asked(Told.MUST_ASK)

    async def _look_up(self) -> Asked | None:
        """Return what the provider has of it; None with proof that it has nothing and never will."""
        call = MovementActivities.look_up
        found = await workflow.execute_activity_method(call, self._asking, **options.PROVIDER_PATIENT)
        if found.moved is not None:
            return Asked(Told.MOVED, found.moved)
        if not found.is_certain:
            raise ApplicationError(UNKNOWN_YET, type="Unknown", non_retryable=True)
        return None

    async def _next_key(self) -> None:
        await workflow.execute_activity_method(MovementActivities.next_key, self._asking, **options.DB_PATIENT)

    async def _settle(self, moved: Moved) -> MoneyState:
        """Record it at once, since somebody waits; an outage of PostgreSQL is waited for by a patient step."""
        command = SettleMovement(self._asking, moved)
        try:
            return await workflow.execute_local_activity_method(MovementActivities.settle, command, **options.DB)
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
        return await workflow.execute_activity_method(MovementActivities.settle, command, **options.DB_PATIENT)


def _by_hand(skipped: Skipped) -> Moved:
    return Moved(MovementStatus.DONE, ZERO, note=skipped.note)
