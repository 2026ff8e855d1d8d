"""Bodies of `/admin/payments`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.body import Body, CardlessText, Number

Amount = Annotated[Number, Field(gt=0)]


class AdminCapturePayment(Body):
    """How much to take; left out: the whole payment."""

    amount: Amount | None = None


class AdminRefundPayment(Body):
    """How much to give back, left out: the whole payment, and why."""

    amount: Amount | None = None
    refund_reason_id: str | None = None
    note: CardlessText | None = None
