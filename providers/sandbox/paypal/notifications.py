"""PayPal's API about its events: the list of them, the check of a signature, the certificate; and its disputes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from providers.sandbox.paypal import shapes
from providers.sandbox.paypal.book import Book, Change
from providers.sandbox.paypal.certificate import Signer
from providers.sandbox.paypal.problems import NotPossible, Reply
from providers.sandbox.paypal.records import Dispute

EVENTS: Final = "/v1/notifications/webhooks-events"
_MARK: Final = '"webhook_event":'


def listed_events(book: Book, query: Mapping[str, str], base_url: str) -> Reply:
    """Return a page of events, the newest first; the next page ends where this one does."""
    start, end = query.get("start_time", ""), query.get("end_time", "9")
    size = int(query.get("page_size", "10"))
    found = [one for one in book.events.values() if start <= one["create_time"] <= end]
    found.sort(key=lambda one: str(one["create_time"]), reverse=True)
    page = found[:size]
    body: dict[str, Any] = {"events": page, "count": len(page)}
    if len(found) > size:
        following = {**query, "end_time": found[size]["create_time"]}
        body["links"] = [{"href": f"{base_url}{EVENTS}?{urlencode(following)}", "rel": "next", "method": "GET"}]
    return Reply(status=200, body=body)


def verified(signer: Signer, text: str) -> Reply:
    """Tell whether a delivery, given back to the letter, was signed by us for the webhook named."""
    try:
        facts = json.loads(text)
        start = text.index(_MARK) + len(_MARK)
        start += len(text[start:]) - len(text[start:].lstrip())
        _, end = json.JSONDecoder().raw_decode(text, start)
        transmission = (facts["transmission_id"], facts["transmission_time"], facts["webhook_id"])
        is_ours = signer.has_signed(facts["transmission_sig"], transmission, text[start:end].encode())
    except (KeyError, TypeError, ValueError) as error:
        raise NotPossible("MALFORMED_REQUEST_JSON") from error
    return Reply(status=200, body={"verification_status": "SUCCESS" if is_ours else "FAILURE"})


def listed_disputes(change: Change, capture_id: str, base_url: str) -> Reply:
    """Return the disputes about a capture, as briefly as PayPal's list has them."""
    told = ("dispute_id", "create_time", "update_time", "reason", "status", "dispute_amount", "links")
    found = [one for one in change.all(Dispute) if one.capture == capture_id]
    shown = [shapes.dispute(change, one, base_url) for one in found]
    return Reply(status=200, body={"items": [{name: one[name] for name in told} for one in shown]})
