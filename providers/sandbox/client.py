"""The client side of the sandbox's HTTP: a call ends in one `Answer`, in Refused (401, 403) or in Unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx2

from commerce.payment.models import SessionStatus
from commerce.payment.movements import Dispute, DisputeStatus, Movement, MovementStatus
from commerce.payment.port import Refused, Unknown

CONNECT_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One capture, refund or void of an intent."""

    id: str
    kind: str
    key: str | None
    amount: Decimal
    status: MovementStatus
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A payment intent as the sandbox shows it."""

    id: str
    status: SessionStatus
    amount: Decimal
    currency: str
    behavior: str
    held: Decimal
    captured: Decimal
    voided: Decimal
    refunded: Decimal
    fees: Decimal | None
    expires_at: datetime | None
    movements: tuple[Moved, ...]
    disputes: tuple[Dispute, ...]

    @property
    def taken(self) -> Decimal:
        """Return what was captured and not given back."""
        return self.captured - self.refunded

    def moved(self, kind: str, key: str) -> Moved | None:
        """Return what `key` moved, None when it moved nothing."""
        return next((each for each in self.movements if (each.kind, each.key) == (kind, key)), None)

    def movements_of(self, kind: str) -> tuple[Movement, ...]:
        """Return the captures or refunds as the port has them, with our own keys."""
        return tuple(
            Movement(
                reference=each.id,
                amount=each.amount,
                status=each.status,
                key=None if each.key is None else each.key.removeprefix(f"{kind}:"),
                at=each.at,
            )
            for each in self.movements
            if each.kind == kind
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that settles something: 2xx, 4xx, or the replay of an outage (then: ask)."""

    status: int
    body: dict[str, Any]
    is_replay: bool

    @property
    def is_ok(self) -> bool:
        """Tell whether the call was done."""
        return self.status < httpx2.codes.BAD_REQUEST

    @property
    def is_outage(self) -> bool:
        """Tell whether this is a replayed 5xx: the key is finished, what it did must be asked."""
        return self.status >= httpx2.codes.INTERNAL_SERVER_ERROR

    @property
    def code(self) -> str:
        """Return the error's code, empty for none."""
        return str(_error(self.body).get("code", ""))

    @property
    def is_declined(self) -> bool:
        """Tell whether the answer is a raised decline."""
        return self.status == httpx2.codes.PAYMENT_REQUIRED

    @property
    def message(self) -> str:
        """Return the error's sentence."""
        return str(_error(self.body).get("message", "")) or f"The payment provider answered {self.status}."


class SandboxClient:
    """The connections to one sandbox server."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx2.AsyncClient(base_url=base_url)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def post(self, path: str, key: str, body: dict[str, Any], seconds: float) -> Answer:
        """Send a change under `key`; `seconds` is how long to wait."""
        return await self._send("POST", path, seconds, headers={"idempotency-key": key}, json=body)

    async def get(self, path: str, seconds: float) -> Answer:
        """Ask."""
        return await self._send("GET", path, seconds)

    async def _send(self, method: str, path: str, seconds: float, **options: Any) -> Answer:  # noqa: ANN401 - httpx2's own
        timeout = httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
        try:
            response = await self._http.request(method, path, timeout=timeout, **options)
            body = response.json()
        except (httpx2.RequestError, ValueError) as error:
            raise Unknown(f"The payment provider did not answer ({type(error).__name__}).") from error
        answer = Answer(
            status=response.status_code,
            body=body if isinstance(body, dict) else {},
            is_replay=response.headers.get("idempotent-replayed") == "true",
        )
        if answer.status in {httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN}:
            raise Refused(answer.message)
        is_busy = answer.status in {httpx2.codes.CONFLICT, httpx2.codes.TOO_MANY_REQUESTS}
        if is_busy or (answer.is_outage and not answer.is_replay):
            raise Unknown(answer.message)
        return answer


def as_intent(found: dict[str, Any]) -> Intent:
    """Return the intent in an answer's body; Unknown when there is none."""
    try:
        amounts = {n: Decimal(found[n]) for n in ("amount", "held", "captured", "voided", "refunded")}
        return Intent(
            id=found["id"],
            status=SessionStatus(found["status"]),
            currency=found["currency"],
            behavior=found["metadata"]["behavior"],
            fees=None if found["fees"] is None else Decimal(found["fees"]),
            expires_at=None if found["expires_at"] is None else datetime.fromisoformat(found["expires_at"]),
            movements=tuple(_moved(each) for each in found["movements"]),
            disputes=tuple(
                Dispute(reference=d["id"], amount=Decimal(d["amount"]), status=DisputeStatus(d["status"]))
                for d in found["disputes"]
            ),
            **amounts,
        )
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise Unknown("The payment provider's answer could not be understood.") from error


def _moved(found: dict[str, Any]) -> Moved:
    amount, status, at = Decimal(found["amount"]), MovementStatus(found["status"]), datetime.fromisoformat(found["at"])
    return Moved(id=found["id"], kind=found["kind"], key=found["key"], amount=amount, status=status, at=at)


def _error(body: dict[str, Any]) -> dict[str, Any]:
    found = body.get("error")
    return found if isinstance(found, dict) else {}
