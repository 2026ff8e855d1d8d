"""Collections that an admin makes for an order, and the ledger in which all of its money is."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import AsyncClient

from kit.db import Database, run
from tests.support.placed_order import Placed, placed, settings, worker
from tests.support.recorded_fixtures import shop, storefront

__all__ = ["placed", "settings", "shop", "storefront", "worker"]


class Desk:
    """One admin at one order."""

    def __init__(self, client: AsyncClient, admin: dict[str, str], order_id: str) -> None:
        self.client, self.admin, self.order_id = client, admin, order_id

    async def ask(self, method: str, path: str, key: str | None = None, **body: object) -> tuple[int, dict[str, Any]]:
        headers = self.admin if key is None else {**self.admin, "idempotency-key": key}
        sent = {} if method in {"GET", "DELETE"} else {"json": body}
        answer = await self.client.request(method, f"/admin/{path}", headers=headers, **sent)
        return answer.status_code, answer.json()

    async def collection(self, amount: object = 5) -> str:
        status, body = await self.ask("POST", "payment-collections", order_id=self.order_id, amount=amount)
        assert status == 200, body
        return str(body["payment_collection"]["id"])

    async def ledger(self) -> dict[str, Any]:
        status, body = await self.ask("GET", f"orders/{self.order_id}/ledger")
        assert status == 200, body
        ledger: dict[str, Any] = body["ledger"]
        return ledger


@pytest.fixture
def desk(client: AsyncClient, admin: dict[str, str], placed: Placed) -> Desk:
    return Desk(client, admin, placed.order_id)


async def test_a_collection_is_made_paid_by_hand_and_stays(desk: Desk) -> None:
    id_ = await desk.collection()
    mark = f"payment-collections/{id_}/mark-as-paid"
    first = await desk.ask("POST", mark, "k1", order_id=desk.order_id)
    assert first == await desk.ask("POST", mark, "k1", order_id=desk.order_id)
    told = first[1]["payment_collection"]
    assert (told["status"], told["captured_amount"], told["payments"][0]["amount"]) == ("completed", 5, 5)
    assert (await desk.ask("POST", mark, order_id=desk.order_id))[1]["type"] == "not_allowed"
    assert (await desk.ask("DELETE", f"payment-collections/{id_}"))[0] == 400
    totals = (await desk.ledger())["totals"]
    assert (totals["captured"], totals["refunded"]) == (5, 0)
    order = (await desk.ask("GET", f"orders/{desk.order_id}"))[1]["order"]
    assert order["summary"]["paid_total"] == 5
    assert order["payment_status"] == "partially_captured"


async def test_a_collection_for_which_nothing_was_paid_can_be_deleted(desk: Desk) -> None:
    id_ = await desk.collection()
    status, body = await desk.ask("POST", f"payment-collections/{id_}/payment-sessions", provider_id="pp_test_rec")
    assert (status, len(body["payment_collection"]["payment_sessions"])) == (200, 1)
    answer = await desk.ask("DELETE", f"payment-collections/{id_}", "k1")
    assert answer == await desk.ask("DELETE", f"payment-collections/{id_}", "k1")
    assert (await desk.ask("DELETE", f"payment-collections/{id_}"))[0] == 404
    assert answer == (200, {"id": id_, "object": "payment-collection", "deleted": True})
    again = await desk.ask("POST", f"payment-collections/{id_}/payment-sessions", provider_id="pp_test_rec")
    assert again[0] == 404


async def test_a_session_takes_the_place_of_the_one_before(desk: Desk, database: Database) -> None:
    id_ = await desk.collection()
    for _ in range(2):
        status, body = await desk.ask("POST", f"payment-collections/{id_}/payment-sessions", provider_id="pp_test_rec")
        assert (status, len(body["payment_collection"]["payment_sessions"])) == (200, 1)
    async with database.reading() as connection:
        sql = "SELECT fate FROM payment_session WHERE payment_collection_id = $1 ORDER BY id"
        assert (await run(connection, sql, id_))[1].fate == "open"


async def test_what_cannot_be_is_refused(desk: Desk) -> None:
    id_, sessions = await desk.collection(), "payment-collections/{}/payment-sessions"
    assert (await desk.ask("POST", "payment-collections", order_id="order_x", amount=5))[0] == 404
    assert (await desk.ask("POST", "payment-collections", order_id=desk.order_id, amount=0))[0] == 400
    assert (await desk.ask("POST", "payment-collections", order_id=desk.order_id))[0] == 400
    assert (await desk.ask("POST", sessions.format(id_), provider_id="pp_x"))[0] == 400
    assert (await desk.ask("POST", sessions.format("pay_col_x"), provider_id="pp_test_rec"))[0] == 404
    mark = f"payment-collections/{id_}/mark-as-paid"
    assert (await desk.ask("POST", mark, order_id="order_x"))[0] == 404
    assert (await desk.ask("POST", mark, order_id=desk.order_id, provider_id="pp_test_rec"))[0] == 400
    assert (await desk.ask("DELETE", "payment-collections/pay_col_x"))[0] == 404
    assert (await desk.ask("GET", "orders/order_x/ledger"))[0] == 404


async def test_the_ledger_says_where_every_amount_is(desk: Desk) -> None:
    payment = (await desk.ask("GET", "payments"))[1]["payments"][0]
    await desk.ask("POST", f"payments/{payment['id']}/capture")
    await desk.ask("POST", f"payments/{payment['id']}/refund", amount=5)
    ledger = await desk.ledger()
    assert [(each["debit"], each["credit"]) for each in ledger["entries"]] == [
        ("held", "shopper"),
        ("captured", "held"),
        ("shopper", "captured"),
        ("credited", "shopper"),
    ]
    kept = payment["amount"] - 5
    balances = {(each["provider_id"], each["account"]): each["balance"] for each in ledger["accounts"]}
    assert balances["pp_system_default", "captured"] == kept
    assert balances["pp_system_default", "held"] == 0
    assert sum(balances.values()) == pytest.approx(0)
    totals = {name: amount for name, amount in ledger["totals"].items() if amount}
    assert totals == {"authorized": payment["amount"], "captured": payment["amount"], "refunded": 5, "credited": 5}


class TestAuthorize:
    async def ask(self, desk: Desk, session_id: str, key: str | None = None) -> tuple[int, dict[str, Any]]:
        path = f"orders/{desk.order_id}/payment-sessions/authorize"
        return await desk.ask("POST", path, key, payment_session_id=session_id)

    async def session(self, desk: Desk, behavior: str) -> str:
        path = f"payment-collections/{await desk.collection()}/payment-sessions"
        _, body = await desk.ask("POST", path, provider_id="pp_test_rec", data={"behavior": behavior})
        return str(body["payment_collection"]["payment_sessions"][0]["id"])

    async def test_the_money_is_the_orders_once(self, desk: Desk) -> None:
        session = await self.session(desk, "capture")
        first = await self.ask(desk, session, "k1")
        assert first == await self.ask(desk, session, "k1")
        status, body = first
        assert (status, body["is_authorized"], body["order"]["summary"]["paid_total"]) == (200, True, 5)
        assert (await self.ask(desk, session))[1]["is_authorized"] is True

    @pytest.mark.parametrize("behavior", ["decline", "throw"])
    async def test_a_decline_is_no_money(self, desk: Desk, behavior: str) -> None:
        status, body = await self.ask(desk, await self.session(desk, behavior))
        assert (status, body["is_authorized"], body["order"]["summary"]["paid_total"]) == (200, False, 0)

    async def test_another_orders_session_is_not_found(self, desk: Desk) -> None:
        assert (await self.ask(desk, "payses_x"))[0] == 404
        payment = (await desk.ask("GET", "payments"))[1]["payments"][0]
        assert (await self.ask(desk, payment["payment_session_id"]))[0] == 404
