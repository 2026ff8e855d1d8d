"""Webhooks of the recordings' test provider: `{type, session_id, amount}`, unsigned, as the recordings sent them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from commerce.payment.events import BadSignature, Delivery, ProviderEvent
from kit import clock
from providers.recorded.memory import Fact, Memory

TOLD = frozenset({"authorized", "captured"})


class RecordedEvents:
    """Takes what it is told for true, and remembers it: `status` answers accordingly from then on."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def verify(self, delivery: Delivery) -> ProviderEvent:
        """Return the event of a body; the same body again is the same event."""
        found = _object(delivery.body)
        kind, session = str(found.get("type") or "not_supported"), found.get("session_id")
        session_id = session if isinstance(session, str) and session else None
        if session_id is not None and kind in TOLD:
            self._memory.note(session_id, Fact(kind))
        id_ = hashlib.sha256(delivery.body).hexdigest()[:32]
        return ProviderEvent(id=f"rec_{id_}", kind=kind, at=clock.now(), session_id=session_id)

    async def since(self, moment: datetime) -> AsyncIterator[ProviderEvent]:  # noqa: ARG002 - the port's argument
        """List nothing: it keeps no list."""
        nothing: tuple[ProviderEvent, ...] = ()
        for event in nothing:
            yield event


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise BadSignature("The delivery is not JSON.") from error
    if not isinstance(found, dict):
        raise BadSignature("The delivery is not an object.")
    return found
