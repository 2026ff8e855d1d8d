"""What a capture or refund answers: the payment, why not, or that it goes on (docs/money-out.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.deps import json_answer, json_text, shown
from api.state import state_of
from commerce.payment.models import MoneyState
from durable import ids
from durable.client import Question
from durable.types import CapturePaymentInput, MoneyOutcome, RefundPaymentInput
from kit.errors import CommerceError
from operations.settle_movement import Kind
from queries.payment import PAYMENT

NAMES: Final[dict[Kind, str]] = {"capture": "capture-payment-workflow", "refund": "refund-payment-workflow"}
MARGIN: Final = 2.0  # seconds that the answer itself may take on its way
Begin = Callable[[AsyncSession, str], Awaitable[MoneyState | None]]


class Moving:
    """One admin who waits for money to move: the wish is committed, then its workflow is asked for so long."""

    def __init__(self, request: Request, kind: Kind, payment_id: str) -> None:
        self._state = state_of(request)
        self._kind: Kind = kind
        self._payment_id = payment_id
        self._show = shown(request, PAYMENT)

    async def answer(self, workflow_id: str, begin: Begin) -> str | Response:
        """Return the payment's JSON text, or a Response of 202 while nobody knows.

        Errors: what `begin` refuses; `unknown_error` when the provider will not; `unavailable` when Temporal is down
        and nothing was changed.
        """
        _, id_ = ids.split(workflow_id)
        await self._state.durable.require_healthy()
        edge = f"payment.begin_{self._kind}"
        if await self._state.database.transact(lambda session: begin(session, id_), edge) is MoneyState.PENDING:
            outcome = await self._ask(id_)
            if outcome is None or outcome.state is None:
                return await self._goes_on(id_)
            if outcome.state is MoneyState.FAILED:
                raise CommerceError("unknown_error", "An unknown error occurred.", "unknown_error")
        return await self._payment()

    async def _ask(self, id_: str) -> MoneyOutcome | None:
        """Return the outcome; None when it was not heard: the wish is committed, so the sweep sees to it."""
        within = self._state.settings.money_wait_seconds
        question = Question("outcome", within, MoneyOutcome, within + MARGIN)
        argument = CapturePaymentInput(id_) if self._kind == "capture" else RefundPaymentInput(id_)
        try:
            return await self._state.durable.ask(NAMES[self._kind], id_, argument, question)
        except CommerceError:
            return None

    async def _payment(self) -> str:
        return await self._state.database.transact(lambda session: self._show(session, self._payment_id))

    async def _goes_on(self, id_: str) -> Response:
        told = json_text({"workflow_id": NAMES[self._kind], "transaction_id": id_})
        return json_answer(told.removesuffix("}") + "," + (await self._payment()).removeprefix("{"), 202)
