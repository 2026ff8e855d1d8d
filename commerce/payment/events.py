"""Part of the payment port: what a provider tells us of what happens at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook as it came in: the raw body, and header names in lower case."""

    body: bytes
    headers: Mapping[str, str]


class BadSignature(Exception):  # noqa: N818 - it is an answer, not a fault
    """The delivery was not signed by the provider, or too long ago; nothing of it may be believed or kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """What a provider says happened: enough to know whom to ask `status` about.

    `id` is the provider's own and unique at it. `session_id` is ours, from the metadata that we gave; `reference` that
    of the session at the provider; one of the two is there unless the event is none of ours. `kind` is the provider's
    own word, for people; nothing decides by it.
    """

    id: str
    kind: str
    at: datetime
    session_id: str | None = None
    reference: str | None = None


class PaymentEvents(Protocol):
    """What a provider can do that tells us of what happens at it."""

    async def verify(self, delivery: Delivery) -> ProviderEvent:
        """Return the event of a delivery; BadSignature, or Unknown when the signature cannot be checked just now."""

    def since(self, moment: datetime) -> AsyncIterator[ProviderEvent]:
        """List the events from `moment` on, the oldest first as far as the provider does; ProviderError as above."""
