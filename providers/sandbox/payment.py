"""The payment providers `pp_sandbox_sandbox` and `pp_sandbox_browser` (confirmed by the shopper's browser)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from commerce.payment.accounts import PaymentAccounts
from commerce.payment.events import PaymentEvents
from commerce.payment.models import SessionStatus
from commerce.payment.port import (
    AuthoriseResult,
    Declined,
    Holding,
    PaymentRequest,
    PaymentResult,
    Refused,
    ReleaseResult,
    SessionRequest,
    SessionResult,
    StatusResult,
    Unknown,
)
from providers.sandbox.client import Answer, Intent, SandboxClient, as_intent
from providers.sandbox.events import SandboxEvents


class SandboxPayments:
    """The client side of the sandbox: every answer becomes a result of the port or one of its three errors."""

    def __init__(
        self,
        base_url: str,
        *,
        confirmed_by_client: bool = False,
        session_seconds: float,
        money_seconds: float,
        webhook_secrets: Sequence[str] = ("whsec_sandbox",),
    ) -> None:
        self.id = "pp_sandbox_browser" if confirmed_by_client else "pp_sandbox_sandbox"
        self.confirmed_by_client = confirmed_by_client
        self.takes_any_amount = False
        self.accounts: PaymentAccounts | None = None
        self._base_url = base_url.rstrip("/")
        self._session_seconds = session_seconds
        self._money_seconds = money_seconds
        self._client = SandboxClient(self._base_url)
        self.events: PaymentEvents | None = SandboxEvents(self._client, self.id, webhook_secrets, session_seconds)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def create_session(self, request: SessionRequest) -> SessionResult:
        """Make an intent, or find the one that this key made."""
        intent = await self._opened(request)
        return SessionResult(status=_status(intent), data=self._data(intent), reference=intent.id)

    async def update_session(self, request: SessionRequest) -> SessionResult:
        """Give the intent another amount; Refused once it holds money."""
        reference = await self._reference(request)
        body = {"amount": _text(request.amount), "currency": request.currency_code}
        answer = await self._client.post(f"/intents/{reference}", f"update:{request.key}", body, self._session_seconds)
        intent = await self._present(answer, reference)
        if not answer.is_ok and (intent.amount, intent.currency) != (request.amount, request.currency_code):
            raise Refused(answer.message)
        return SessionResult(status=_status(intent), data=self._data(intent), reference=intent.id)

    async def delete_session(self, request: SessionRequest) -> None:
        """Cancel the intent, for good; Refused when it holds money."""
        found = await self.status(request)
        if found.holding in {Holding.HELD, Holding.CAPTURED}:
            raise Refused("This session holds money: release it.")
        await self.release(request)

    async def authorise(self, request: SessionRequest) -> AuthoriseResult:
        """Hold the amount; for a session that the browser confirms, ask what is there."""
        reference = await self._reference(request)
        if self.confirmed_by_client:
            intent = await self._get(reference)
        else:
            answer = await self._client.post(
                f"/intents/{reference}/authorise", f"authorise:{request.key}", {}, self._money_seconds
            )
            intent = await self._present(answer, reference)
            if answer.is_declined and not (intent.held or intent.taken):
                raise Declined(answer.message)
        is_other = (intent.amount, intent.currency) != (request.amount, request.currency_code)
        return AuthoriseResult(
            status=SessionStatus.ERROR if is_other else _status(intent),
            data=self._data(intent),
            reference=intent.id,
            held=intent.held,
            captured=intent.taken,
        )

    async def status(self, request: SessionRequest) -> StatusResult:
        """Ask for the intent by its reference, or for the one that names our session."""
        intent = await self._known(request)
        if intent is None:
            return StatusResult(
                holding=Holding.UNKNOWN, status=SessionStatus.PENDING, data={}, reference=request.reference
            )
        return StatusResult(
            holding=_holding(intent),
            status=_status(intent),
            data=self._data(intent),
            reference=intent.id,
            held=intent.held,
            captured=intent.captured,
            refunded=intent.refunded,
            fees=intent.fees,
            expires_at=intent.expires_at if intent.held else None,
            captures=intent.movements_of("capture"),
            refunds=intent.movements_of("refund"),
            disputes=intent.disputes,
        )

    async def release(self, request: SessionRequest) -> ReleaseResult:
        """Cancel the intent, which is final, and refund what had been taken; the intent itself then is the proof."""
        try:
            reference = await self._reference(request)
        except Declined:  # the key is finished and made nothing, so nothing can be held
            return ReleaseResult(reference=None)
        answer = await self._client.post(
            f"/intents/{reference}/cancel", f"cancel:{request.key}", {}, self._money_seconds
        )
        intent = await self._present(answer, reference)
        if intent.taken:
            body = {"amount": _text(intent.taken)}
            answer = await self._client.post(
                f"/intents/{reference}/refund", f"release:{request.key}", body, self._money_seconds
            )
            intent = await self._present(answer, reference)
        if _holding(intent) != Holding.RELEASED:
            raise _unproven(answer)
        return ReleaseResult(reference=intent.id, voided=intent.voided, refunded=intent.refunded)

    async def capture(self, request: PaymentRequest) -> PaymentResult:
        """Take part or all of what is held."""
        return await self._move("capture", request, {"amount": _text(request.amount)})

    async def refund(self, request: PaymentRequest) -> PaymentResult:
        """Give back part or all of what was taken."""
        return await self._move("refund", request, {"amount": _text(request.amount)})

    async def cancel(self, request: PaymentRequest) -> PaymentResult:
        """Free what is still held."""
        return await self._move("cancel", request, {})

    async def _move(self, call: str, request: PaymentRequest, body: dict[str, Any]) -> PaymentResult:
        key = f"{call}:{request.key}"
        path = f"/intents/{request.reference}/{call}"
        answer = await self._client.post(path, key, body, self._money_seconds)
        intent = await self._present(answer, request.reference)
        moved = intent.moved("void" if call == "cancel" else call, key)
        if moved is None and call == "cancel" and intent.status == SessionStatus.CANCELED:
            return PaymentResult(amount=Decimal(0), data=self._data(intent))
        if moved is None:
            raise Declined(answer.message) if answer.is_declined else Refused(answer.message)
        return PaymentResult(amount=moved.amount, data=self._data(intent), status=moved.status, reference=moved.id)

    async def _reference(self, request: SessionRequest) -> str:
        return request.reference or (await self._opened(request)).id

    async def _opened(self, request: SessionRequest) -> Intent:
        """Return the intent that the session's key made, making it if need be; Declined: settled that there is none."""
        behavior = str(request.data.get("behavior") or "")
        body = {
            "amount": _text(request.amount),
            "currency": request.currency_code,
            "metadata": {"session_id": request.session_id, "behavior": behavior, "provider": self.id},
        }
        answer = await self._client.post("/intents", f"create:{request.key}", body, self._session_seconds)
        if answer.is_ok:
            return as_intent(answer.body)
        made = await self._listed(request.session_id) if answer.is_outage else None
        if made is not None:
            return made
        if answer.is_declined or answer.is_outage:
            raise Declined(answer.message)
        raise Refused(answer.message)

    async def _known(self, request: SessionRequest) -> Intent | None:
        if request.reference is None:
            return await self._listed(request.session_id)
        answer = await self._client.get(f"/intents/{request.reference}", self._money_seconds)
        return as_intent(answer.body) if answer.is_ok else None

    async def _listed(self, session_id: str) -> Intent | None:
        answer = await self._client.get(f"/intents?session_id={session_id}", self._money_seconds)
        found = answer.body.get("intents")
        if not answer.is_ok or not isinstance(found, list):
            raise Unknown(answer.message)
        return as_intent(found[0]) if found else None

    async def _get(self, reference: str) -> Intent:
        answer = await self._client.get(f"/intents/{reference}", self._money_seconds)
        return as_intent(answer.body)  # "not found" is no intent, hence Unknown

    async def _present(self, answer: Answer, reference: str) -> Intent:
        """Return the intent as it is now: a replayed answer tells how it was, a refused one tells nothing of it."""
        if answer.is_ok and not answer.is_replay:
            return as_intent(answer.body)
        return await self._get(reference)

    def _data(self, intent: Intent) -> dict[str, Any]:
        confirm_url = f"{self._base_url}/intents/{intent.id}/confirm"
        return {"id": intent.id, "behavior": intent.behavior, "confirm_url": confirm_url}


def _text(amount: Decimal) -> str:
    # 12.5 and 12.50 are one amount; spelled in two ways they would be other parameters for the same key.
    return format(amount.normalize(), "f")


def _holding(intent: Intent) -> Holding:
    if intent.taken:
        return Holding.CAPTURED
    if intent.held:
        return Holding.HELD
    return Holding.RELEASED if intent.status == SessionStatus.CANCELED or intent.captured else Holding.NOTHING


def _status(intent: Intent) -> SessionStatus:
    return SessionStatus.CANCELED if _holding(intent) == Holding.RELEASED else intent.status


def _unproven(answer: Answer) -> Exception:
    # A plain "no" will not change by asking again; an outage may.
    is_settled = not answer.is_ok and not answer.is_outage
    return Refused(answer.message) if is_settled else Unknown("The money is not proven to be released yet.")
