"""A payment provider in memory with a memory: keys, late landing, effects without an answer, replayed outages.

It is the money of the checkout's simulation: what it holds at the end must be explained by an order or be let go.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from decimal import Decimal

from commerce.payment.models import SessionStatus
from commerce.payment.port import (
    AuthoriseResult,
    Declined,
    Holding,
    PaymentRequest,
    PaymentResult,
    ReleaseResult,
    SessionRequest,
    SessionResult,
    StatusResult,
    Unknown,
)

ZERO = Decimal(0)


@dataclass
class Intent:
    """One session at the provider."""

    amount: Decimal
    state: str = "new"  # new, requires_more, held, captured, canceled
    voided: Decimal = ZERO
    refunded: Decimal = ZERO

    @property
    def money(self) -> Decimal:
        return self.amount if self.state in ("held", "captured") else ZERO


@dataclass
class Moods:
    """How likely each misfortune is, per call."""

    decline: float = 0.0
    error: float = 0.0
    pending: float = 0.0
    capture: float = 0.0
    late: float = 0.0
    lost: float = 0.0  # applied, and the answer is lost
    outage: float = 0.0  # applied or not, answered 500, and the key repeats that 500
    silent: float = 0.0  # status and release do not answer
    latest: float = 0.8  # seconds; the longest that a call may be in flight


@dataclass
class FakePayments:
    """Meets the payment port.

    `confirmed_by_client`: money is moved by `confirm`, as a browser does, and `authorise` only looks. `can_cancel`:
    a session can be ended for good at the provider; without that, proof is the same key repeated, then a void.
    """

    id: str
    dice: random.Random
    confirmed_by_client: bool = False
    takes_any_amount: bool = False
    accounts: None = None
    events: None = None
    can_cancel: bool = True
    moods: Moods = field(default_factory=Moods)
    intents: dict[str, Intent] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    flying: set[str] = field(default_factory=set)
    landings: set[asyncio.Task[None]] = field(default_factory=set)
    calls: list[tuple[str, str]] = field(default_factory=list)

    async def close(self) -> None:
        await self.landed()

    async def landed(self) -> None:
        """Wait for every call that is still in flight."""
        while self.landings:
            await asyncio.gather(*self.landings)

    async def create_session(self, request: SessionRequest) -> SessionResult:
        self.calls.append(("create", request.session_id))
        if self._rolls(self.moods.late):
            self._fly(request.key, self._create, request)
            raise Unknown("timed out")
        self._create(request)
        if self._rolls(self.moods.lost):
            raise Unknown("connection lost")
        return SessionResult(
            status=SessionStatus.PENDING, data={"id": f"ref_{request.session_id}"}, reference=_ref(request)
        )

    async def update_session(self, request: SessionRequest) -> SessionResult:
        raise NotImplementedError

    async def delete_session(self, request: SessionRequest) -> None:
        raise NotImplementedError

    def confirm(self, session_id: str) -> bool:
        """Pay in the browser; False when the session is not there or has ended."""
        intent = self.intents.get(session_id)
        if intent is None or intent.state not in ("new", "requires_more"):
            return False
        intent.state = "held"
        return True

    async def authorise(self, request: SessionRequest) -> AuthoriseResult:
        self.calls.append(("authorise", request.session_id))
        await asyncio.sleep(0)
        if self.confirmed_by_client:
            if self._rolls(self.moods.silent):
                raise Unknown("no answer")
            return self._seen(request)
        if request.key in self.flying:
            raise Unknown("the key is in use")
        if request.key in self.answers:
            return self._replay(request)
        return self._authorise_once(request)

    async def status(self, request: SessionRequest) -> StatusResult:
        self.calls.append(("status", request.session_id))
        await asyncio.sleep(0)
        if self._rolls(self.moods.silent):
            raise Unknown("no answer")
        intent = self.intents.get(request.session_id)
        if intent is None:
            return StatusResult(holding=Holding.UNKNOWN, status=SessionStatus.PENDING, data={}, reference=None)
        seen = self._seen(request)
        holding = {"held": Holding.HELD, "captured": Holding.CAPTURED, "canceled": Holding.RELEASED}
        return StatusResult(
            holding=holding.get(intent.state, Holding.NOTHING),
            status=seen.status,
            data={},
            reference=_ref(request),
            held=seen.held,
            captured=seen.captured,
        )

    async def release(self, request: SessionRequest) -> ReleaseResult:
        self.calls.append(("release", request.session_id))
        await asyncio.sleep(0)
        if self._rolls(self.moods.silent):
            raise Unknown("no answer")
        if not self.can_cancel and not self.confirmed_by_client:
            self._prove(request)
        intent = self._create(request)
        if intent.state == "held":
            intent.voided += intent.amount
        elif intent.state == "captured":
            intent.refunded += intent.amount
        intent.state = "canceled"
        return ReleaseResult(reference=_ref(request), voided=intent.voided, refunded=intent.refunded)

    async def capture(self, request: PaymentRequest) -> PaymentResult:
        raise NotImplementedError

    async def refund(self, request: PaymentRequest) -> PaymentResult:
        raise NotImplementedError

    async def cancel(self, request: PaymentRequest) -> PaymentResult:
        raise NotImplementedError

    def _prove(self, request: SessionRequest) -> None:
        """Repeat the key: what was in flight has then either landed, or can never have another effect than this."""
        if request.key in self.flying:
            raise Unknown("the key is in use")
        if request.key not in self.answers:
            self._create(request)
            self._hold(request)

    def _authorise_once(self, request: SessionRequest) -> AuthoriseResult:
        moods = self.moods
        if self._rolls(moods.late):
            self._fly(request.key, self._hold, request)
            raise Unknown("timed out")
        if self._rolls(moods.decline):
            self.answers[request.key] = "declined"
            return self._replay(request)
        if self._rolls(moods.pending):
            self.answers[request.key] = "done"
            self._create(request).state = "requires_more"
            return self._seen(request)
        if self._rolls(moods.error):
            self.answers[request.key] = "error"
            return self._replay(request)
        if self._rolls(moods.outage):
            if self._rolls(0.5):
                self._hold(request)
            self.answers[request.key] = "outage"
            raise Unknown("500")
        self._hold(request)
        if self._rolls(moods.lost):
            raise Unknown("connection lost")
        return self._seen(request)

    def _replay(self, request: SessionRequest) -> AuthoriseResult:
        answer = self.answers[request.key]
        if answer == "declined":
            raise Declined("Your card was declined.")
        if answer == "error":
            return AuthoriseResult(status=SessionStatus.ERROR, data={}, reference=_ref(request))
        return self._seen(request)  # also for a replayed outage, which is settled by asking

    def _create(self, request: SessionRequest) -> Intent:
        return self.intents.setdefault(request.session_id, Intent(request.amount))

    def _hold(self, request: SessionRequest) -> None:
        self.answers[request.key] = "done"
        intent = self._create(request)
        if intent.state in ("new", "requires_more"):
            intent.state = "captured" if self._rolls(self.moods.capture) else "held"

    def _seen(self, request: SessionRequest) -> AuthoriseResult:
        intent = self.intents.get(request.session_id) or Intent(request.amount)
        status = {
            "new": SessionStatus.PENDING,
            "requires_more": SessionStatus.REQUIRES_MORE,
            "held": SessionStatus.AUTHORIZED,
            "captured": SessionStatus.CAPTURED,
            "canceled": SessionStatus.CANCELED,
        }[intent.state]
        return AuthoriseResult(
            status=status,
            data={},
            reference=_ref(request),
            held=intent.amount if intent.state == "held" else ZERO,
            captured=intent.amount if intent.state == "captured" else ZERO,
        )

    def _fly(self, key: str, land: object, request: SessionRequest) -> None:
        """Let the call land later than its caller waits."""
        self.flying.add(key)

        async def landing() -> None:
            await asyncio.sleep(self.dice.uniform(0.0, self.moods.latest))
            self.flying.discard(key)
            land(request)  # type: ignore[operator]

        task = asyncio.ensure_future(landing())
        self.landings.add(task)
        task.add_done_callback(self.landings.discard)

    def _rolls(self, chance: float) -> bool:
        return chance > 0 and self.dice.random() < chance


def _ref(request: SessionRequest) -> str:
    return f"ref_{request.session_id}"
