"""Captures and refunds as an admin asks for them; the recorded story is told in tests/contract."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient

from api.state import State
from commerce.payment.port import PaymentRequest, PaymentResult, Refused, Unknown
from kit.db import Database, value
from operations.cancel_payment import ask_cancel
from providers.system.payment import SystemPayments
from tests.support.durable import until
from tests.support.placed_order import Placed, placed, settings, worker
from tests.support.recorded_fixtures import shop, storefront

__all__ = ["placed", "settings", "shop", "storefront", "worker"]


class Desk:
    """One admin at one payment."""

    def __init__(self, client: AsyncClient, admin: dict[str, str], payment: dict[str, Any]) -> None:
        self.client, self.admin, self.payment = client, admin, payment
        self.amount = payment["amount"]

    async def ask(self, what: str, key: str | None = None, **body: object) -> tuple[int, dict[str, Any]]:
        headers = self.admin if key is None else {**self.admin, "idempotency-key": key}
        answer = await self.client.post(f"/admin/payments/{self.payment['id']}/{what}", headers=headers, json=body)
        return answer.status_code, answer.json()


@pytest.fixture
async def desk(client: AsyncClient, admin: dict[str, str], placed: Placed) -> Desk:  # noqa: ARG001 - whose payment it is
    payments = (await client.get("/admin/payments", headers=admin)).json()["payments"]
    return Desk(client, admin, payments[0])


async def test_a_capture_and_a_refund_say_what_they_did(desk: Desk) -> None:
    status, body = await desk.ask("capture", amount=20)
    assert (status, body["payment"]["captured_at"]) == (200, None)
    assert [each["amount"] for each in body["payment"]["captures"]] == [20]
    status, body = await desk.ask("refund", amount=5, note="late")
    assert status == 200
    assert [(each["amount"], each["note"]) for each in body["payment"]["refunds"]] == [(5, "late")]


async def test_two_captures_at_a_time_take_once(desk: Desk, database: Database) -> None:
    answers = await asyncio.gather(*[desk.ask("capture") for _ in range(4)])
    assert sorted({status for status, _ in answers}) in ([200], [200, 400])
    async with database.reading() as connection:
        taken = await value(connection, "SELECT sum(amount) FROM capture WHERE state = 'done'")
    assert float(taken) == desk.amount


async def test_a_key_captures_once(desk: Desk) -> None:
    first, again = await desk.ask("capture", "k1", amount=5), await desk.ask("capture", "k1", amount=5)
    assert first == again
    assert len(first[1]["payment"]["captures"]) == 1
    assert (await desk.ask("capture", "k1", amount=6))[0] == 422


async def test_a_refusal_is_a_500_and_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_self: object, _request: PaymentRequest) -> PaymentResult:
        raise Refused("bad credentials")

    monkeypatch.setattr(SystemPayments, "capture", refuse)
    status, body = await desk.ask("capture", "k2")
    assert (status, body) == (
        500,
        {"code": "unknown_error", "type": "unknown_error", "message": "An unknown error occurred."},
    )
    shown = (await desk.client.get(f"/admin/payments/{desk.payment['id']}", headers=desk.admin)).json()["payment"]
    assert shown["captures"] == []
    monkeypatch.undo()
    status, body = await desk.ask("capture", "k2")
    assert (status, len(body["payment"]["captures"])) == (200, 1)


async def test_a_provider_that_hangs_is_waited_for_within_bounds(
    desk: Desk, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = asyncio.Event()
    keys: list[str] = []

    async def hang(_self: object, request: PaymentRequest) -> PaymentResult:
        keys.append(request.key)
        if not answers.is_set():
            raise Unknown("no answer")
        return PaymentResult(amount=request.amount, data={})

    monkeypatch.setattr(state, "settings", state.settings.model_copy(update={"money_wait_seconds": 0.5}))
    monkeypatch.setattr(SystemPayments, "capture", hang)
    status, body = await desk.ask("capture", "k3", amount=7)
    assert (status, body["workflow_id"]) == (202, "capture-payment-workflow")
    capture = body["transaction_id"]
    assert body["payment"]["id"] == desk.payment["id"]
    assert (await desk.ask("capture", amount=desk.amount - 6))[0] == 400
    answers.set()
    monkeypatch.setattr(state, "settings", state.settings.model_copy(update={"money_wait_seconds": 20}))
    status, body = await desk.ask("capture", "k3", amount=7)
    assert (status, [each["id"] for each in body["payment"]["captures"]]) == (200, [capture])
    assert set(keys) == {f"{capture}:1"}


async def test_what_cannot_be_is_refused(desk: Desk) -> None:
    assert (await desk.ask("refund", amount=1))[0] == 400
    assert (await desk.ask("capture", amount=10_000))[0] == 400
    assert (await desk.ask("capture", amount=0))[0] == 400
    assert (await desk.ask("capture", sum=1))[0] == 400
    answer = await desk.client.post("/admin/payments/pay_x/capture", headers=desk.admin, json={})
    assert answer.status_code == 404
    await desk.ask("capture")
    status, body = await desk.ask("refund", amount=1, refund_reason_id="refr_x")
    assert (status, body["type"]) == (404, "not_found")


async def test_without_temporal_nothing_changes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    async def away(_self: object) -> bool:
        return False

    monkeypatch.setattr("durable.client.Durable.is_healthy", away)
    assert (await desk.ask("capture"))[0] == 503
    async with database.reading() as connection:
        assert await value(connection, "SELECT count(*) FROM capture") == 0


NO_AMOUNTS = ("0", "-1", "-0.0", "1e308", "1e-309", "9" * 400, "NaN", "Infinity", '"5"', "true", "[]", "{}", '"4.2.1"')


@pytest.mark.parametrize("what", ["capture", "refund"])
async def test_what_is_no_amount_is_refused_and_leaves_nothing(desk: Desk, database: Database, what: str) -> None:
    await desk.ask("capture", amount=10)
    headers = {**desk.admin, "content-type": "application/json"}
    for text in NO_AMOUNTS:
        body = f'{{"amount": {text}}}'.encode()
        answer = await desk.client.post(f"/admin/payments/{desk.payment['id']}/{what}", headers=headers, content=body)
        assert (answer.status_code, answer.json()["type"]) == (400, "invalid_data"), (text, answer.text)
    async with database.reading() as connection:
        assert await value(connection, "SELECT count(*) FROM capture") == 1
        assert await value(connection, "SELECT count(*) FROM refund") == 0


async def test_refunds_at_once_give_back_no_more_than_was_taken(desk: Desk, database: Database) -> None:
    await desk.ask("capture", amount=20)
    answers = await asyncio.gather(*[desk.ask("refund", amount=7.5) for _ in range(6)])
    assert sorted(status for status, _ in answers) == [200, 200, 400, 400, 400, 400]
    assert (await desk.ask("refund", amount=5.01))[0] == 400
    assert (await desk.ask("refund", amount=5))[0] == 200
    async with database.reading() as connection:
        assert await value(connection, "SELECT sum(amount) FROM refund WHERE state = 'done'") == 20


async def test_nothing_is_captured_of_what_is_canceled_and_what_was_taken_can_go_back(
    desk: Desk, database: Database
) -> None:
    await desk.ask("capture", amount=10)
    await database.transact(lambda session: ask_cancel(session, desk.payment["id"]))
    refused = await desk.ask("capture", amount=1)
    assert (refused[0], refused[1]["message"]) == (400, f"The payment: {desk.payment['id']} has been canceled.")

    async def is_free() -> bool:
        async with database.reading() as connection:
            return await value(connection, "SELECT canceled_at FROM payment") is not None

    await until(is_free, "the rest is let go")
    assert (await desk.ask("capture"))[0] == 400
    assert (await desk.ask("refund", amount=10.01))[0] == 400
    assert (await desk.ask("refund", amount=10))[0] == 200
    assert (await desk.ask("refund", amount=0.01))[0] == 400


async def test_a_key_of_one_wish_is_good_for_no_other(desk: Desk) -> None:
    assert (await desk.ask("capture", "k", amount=5))[0] == 200
    assert (await desk.ask("capture", "k", amount=6))[0] == 422
    status, body = await desk.ask("refund", "k", amount=5)
    assert (status, [one["amount"] for one in body["payment"]["refunds"]]) == (200, [5])
