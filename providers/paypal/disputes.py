"""What PayPal says of a shopper's complaints (its Disputes API, v1), which orders and captures say nothing of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from commerce.payment.movements import Dispute, DisputeStatus
from commerce.payment.port import Refused, Unknown
from providers.paypal.amounts import as_amount
from providers.paypal.client import PayPalClient
from providers.paypal.orders import Taken

_PATH: Final = "/v1/customer/disputes"
_LOST: Final = frozenset({"RESOLVED_BUYER_FAVOUR", "ACCEPTED"})


async def disputes_of(client: PayPalClient, captures: Sequence[Taken], seconds: float) -> tuple[Dispute, ...]:
    """Return the disputes about some captures; none where the account's app may not read disputes."""
    found: list[Dispute] = []
    for capture in captures:
        try:
            listed = await client.get(_PATH, seconds, {"disputed_transaction_id": capture.id})
        except Refused:  # a right of its own ("Customer disputes"): without it the rest of the answer still stands
            return ()
        for item in listed.body.get("items") or () if listed.is_ok else ():
            detail = await client.get(f"{_PATH}/{quote(str(item.get('dispute_id')), safe='')}", seconds)
            if not detail.is_ok:
                raise detail.problem.as_error()
            found.append(_dispute(detail.body))
    return tuple(found)


def _dispute(body: Mapping[str, Any]) -> Dispute:
    due = body.get("seller_response_due_date")
    try:
        return Dispute(
            reference=body["dispute_id"],
            amount=as_amount(body["dispute_amount"]),
            status=_status(body),
            reason=body.get("reason"),
            respond_by=None if due is None else datetime.fromisoformat(due),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unknown(f"PayPal's dispute could not be understood ({type(error).__name__}).") from error


def _status(body: Mapping[str, Any]) -> DisputeStatus:
    if body["status"] == "RESOLVED":
        outcome = (body.get("dispute_outcome") or {}).get("outcome_code")
        return DisputeStatus.LOST if outcome in _LOST else DisputeStatus.WON
    is_question = body.get("dispute_life_cycle_stage") == "INQUIRY"
    return DisputeStatus.INQUIRY if is_question else DisputeStatus.OPEN
