"""What the sandbox tells of what happened: an event for each effect, in a list and by signed webhooks.

An event's number is its effect's place in the log, so the same log always tells the same events.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any, Final

from providers.sandbox.log import Effect

SIGNATURE: Final = "sandbox-signature"
KINDS: Final = {
    "create": "intent.created",
    "update": "intent.updated",
    "word": "intent.updated",
    "authorise": "intent.authorised",
    "capture": "intent.captured",
    "ask_capture": "capture.pending",
    "uncapture": "capture.failed",
    "refund": "intent.refunded",
    "ask_refund": "refund.pending",
    "unrefund": "refund.failed",
    "fail": "movement.failed",
    "void": "intent.voided",
    "cancel": "intent.canceled",
    "fee": "fee.kept",
    "dispute": "dispute.changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event."""

    id: str
    kind: str
    at: str
    intent: str
    session: str
    provider: str

    def as_json(self) -> dict[str, Any]:
        """Return the event as the HTTP API shows it."""
        return {name: getattr(self, name) for name in self.__slots__}


def happening(number: int, effect: Effect) -> Happening:
    """Return the event of the log's effect `number`, counted from 0."""
    return Happening(
        id=f"evt_{effect.intent}_{number}",
        kind=KINDS[effect.kind],
        at=effect.at,
        intent=effect.intent,
        session=effect.session,
        provider=effect.provider,
    )


def delivery(event: Happening, secret: str, now: int) -> tuple[str, dict[str, str]]:
    """Return body and headers of a webhook, signed at `now` (seconds since 1970)."""
    body = json.dumps(event.as_json())
    return body, {"content-type": "application/json", SIGNATURE: f"t={now},v1={signature(body.encode(), secret, now)}"}


def signature(body: bytes, secret: str, at: int) -> str:
    """Return what signs a body sent at `at`."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
