"""The client side of the sandbox's events: webhooks verified, and the list of what happened."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from commerce.payment.events import BadSignature, Delivery, ProviderEvent
from commerce.payment.port import Unknown
from kit import clock
from providers.sandbox.client import SandboxClient
from providers.sandbox.happenings import SIGNATURE, signature

TOLERANCE: Final = timedelta(minutes=5)


class SandboxEvents:
    """What the sandbox tells of the intents of one of its providers; several secrets may be valid at once."""

    def __init__(self, client: SandboxClient, provider_id: str, secrets: Sequence[str], seconds: float) -> None:
        self._client = client
        self._provider_id = provider_id
        self._secrets = tuple(secrets)
        self._seconds = seconds

    async def verify(self, delivery: Delivery) -> ProviderEvent:
        """Return the event that was signed with one of the secrets, at most five minutes ago."""
        given = dict(part.partition("=")[::2] for part in delivery.headers.get(SIGNATURE, "").split(","))
        at = given.get("t", "")
        if not at.isascii() or not at.isdigit() or len(at) > len("9999999999"):
            raise BadSignature("The delivery is not signed.")
        if abs(clock.now().timestamp() - int(at)) > TOLERANCE.total_seconds():
            raise BadSignature("The delivery was signed too long ago.")
        good = [signature(delivery.body, secret, int(at)) for secret in self._secrets]
        claimed = given.get("v1", "").encode()  # as bytes: texts that are not ASCII cannot be compared
        if not any(hmac.compare_digest(each.encode(), claimed) for each in good):
            raise BadSignature("The signature is not the sandbox's.")
        return _event(json.loads(delivery.body))

    async def since(self, moment: datetime) -> AsyncIterator[ProviderEvent]:
        """List the events from `moment` on, the oldest first."""
        asked = urlencode({"since": moment.isoformat(), "provider": self._provider_id})
        answer = await self._client.get(f"/events?{asked}", self._seconds)
        found = answer.body.get("events")
        if not answer.is_ok or not isinstance(found, list):
            raise Unknown(answer.message)
        for each in found:
            yield _event(each)


def _event(found: dict[str, Any]) -> ProviderEvent:
    return ProviderEvent(
        id=found["id"],
        kind=found["kind"],
        at=datetime.fromisoformat(found["at"]),
        session_id=found["session"] or None,
        reference=found["intent"],
    )
