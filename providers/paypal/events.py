"""What PayPal tells us: its webhooks, and its list of events for those that never arrived."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlsplit

from commerce.payment.events import BadSignature, Delivery, ProviderEvent
from commerce.payment.port import Unknown
from kit import clock
from providers.paypal.client import PayPalClient
from providers.paypal.signature import Signatures, signed_headers

OURS: Final = "payses_"
LISTED: Final = timedelta(days=30) - timedelta(
    hours=1
)  # PayPal lists no older events, and refuses to be asked for them
WINDOW: Final = timedelta(days=1)
PAGE_SIZE: Final = 100
_PATH: Final = "/v1/notifications/webhooks-events"


class PayPalEvents:
    """Hears of what happens at PayPal; `by` says whether signatures are checked here or by PayPal's API."""

    def __init__(
        self,
        client: PayPalClient,
        webhook_ids: Sequence[str],
        *,
        by: Literal["offline", "api"] = "offline",
        seconds: float,
    ) -> None:
        self._client = client
        self._webhook_ids = tuple(webhook_ids)
        self._by = by
        self._seconds = seconds
        self._signatures = Signatures(client.base_url, webhook_ids, seconds)

    async def close(self) -> None:
        """Close the connections."""
        await self._signatures.close()

    async def verify(self, delivery: Delivery) -> ProviderEvent:
        """Return the event of a delivery; BadSignature, or Unknown when the signature cannot be checked just now."""
        if self._by == "offline":
            await self._signatures.check(delivery)
        else:
            await self._ask_paypal(delivery)
        return as_event(_json(delivery))

    async def since(self, moment: datetime) -> AsyncIterator[ProviderEvent]:
        """List the events from `moment` on, at most the thirty days that PayPal lists; the oldest first."""
        now = clock.now()
        start = max(moment, now - LISTED)
        while start < now:
            end = min(start + WINDOW, now)
            for event in sorted(await self._listed(start, end), key=lambda one: one.at):
                yield event
            start = end

    async def _ask_paypal(self, delivery: Delivery) -> None:
        headers = {name.replace("-", "_"): text for name, text in signed_headers(delivery).items()}
        _json(delivery)  # or it could close the object that it is put into
        for webhook_id in self._webhook_ids:
            facts = json.dumps({**headers, "webhook_id": webhook_id})
            # The event goes back to the letter: its checksum is part of what was signed.
            body = facts[:-1].encode() + b', "webhook_event": ' + delivery.body + b"}"
            answer = await self._client.post_text("/v1/notifications/verify-webhook-signature", body, self._seconds)
            if answer.is_ok and answer.body.get("verification_status") == "SUCCESS":
                return
        raise BadSignature("PayPal says that the signature is not its own.")

    async def _listed(self, start: datetime, end: datetime) -> list[ProviderEvent]:
        params = {"start_time": _text(start), "end_time": _text(end), "page_size": str(PAGE_SIZE)}
        found: dict[str, ProviderEvent] = {}
        while params:
            answer = await self._client.get(_PATH, self._seconds, params)
            if not answer.is_ok:
                raise answer.problem.as_error()
            try:
                events = [as_event(one) for one in answer.body.get("events") or ()]
            except BadSignature as error:
                raise Unknown("PayPal's list of events could not be understood.") from error
            is_new = any(one.id not in found for one in events)
            found.update({one.id: one for one in events})
            params = _next(answer.body) if is_new else {}
        return list(found.values())


def as_event(body: Mapping[str, Any]) -> ProviderEvent:
    """Return an event; BadSignature for what is none, since PayPal signs nothing else."""
    try:
        resource = body["resource"]
        return ProviderEvent(
            id=body["id"],
            kind=body["event_type"],
            at=datetime.fromisoformat(body["create_time"]),
            session_id=_session_id(resource),
            reference=_order_id(body["event_type"], resource),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise BadSignature("This is no event of PayPal.") from error


def _session_id(resource: Mapping[str, Any]) -> str | None:
    """Return our session's id: PayPal carries it from the order to whatever comes of it."""
    units = resource.get("purchase_units") or [{}]
    disputed = resource.get("disputed_transactions") or [{}]
    marks = (resource.get("custom_id"), units[0].get("custom_id"), disputed[0].get("custom"))
    return next((mark for mark in marks if isinstance(mark, str) and mark.startswith(OURS)), None)


def _order_id(kind: str, resource: Mapping[str, Any]) -> str | None:
    if kind.startswith("CHECKOUT.ORDER."):
        return str(resource["id"])
    related = (resource.get("supplementary_data") or {}).get("related_ids") or {}
    found = related.get("order_id") or resource.get("order_id")
    return None if found is None else str(found)


def _next(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the query of the next page; only that is taken of its address, so that our token goes nowhere else."""
    href = next((link["href"] for link in body.get("links") or () if link.get("rel") == "next"), None)
    return {} if href is None else dict(parse_qsl(urlsplit(href).query))


def _json(delivery: Delivery) -> Mapping[str, Any]:
    try:
        found = json.loads(delivery.body)
    except ValueError as error:
        raise BadSignature("This is no event of PayPal.") from error
    if not isinstance(found, dict):
        raise BadSignature("This is no event of PayPal.")
    return found


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
