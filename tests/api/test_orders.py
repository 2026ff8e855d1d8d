"""Orders and payments as the shopper and the admin read them; the recorded story is told in tests/contract."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

from api.state import State
from kit.db import Database, run
from tests.support.placed_order import Placed, placed, settings, worker
from tests.support.recorded_fixtures import shop, storefront
from tests.support.statements import recorded_statements

__all__ = ["placed", "settings", "shop", "storefront", "worker"]


async def test_a_placed_order_is_answered_again_and_read_by_its_id(
    client: AsyncClient, storefront: dict[str, str], placed: Placed
) -> None:
    again = await client.post(f"/store/carts/{placed.cart_id}/complete", headers=storefront)
    assert again.json()["order"]["id"] == placed.order_id
    order = (await client.get(f"/store/orders/{placed.order_id}", headers=storefront)).json()["order"]
    assert (order["id"], order["email"], len(order["items"])) == (placed.order_id, "ada@example.com", 1)
    assert (await client.get("/store/orders/order_x", headers=storefront)).status_code == 404


async def test_a_customer_lists_their_own_orders_only(
    client: AsyncClient, database: Database, storefront: dict[str, str], customer: dict[str, str], placed: Placed
) -> None:
    mine = {**customer, **storefront}
    assert (await client.get("/store/orders", headers=storefront)).status_code == 401
    assert (await client.get("/store/orders", headers=mine)).json()["orders"] == []
    await database.transact(lambda session: run(session, "UPDATE \"order\" SET customer_id = 'cus_1'"))
    orders = (await client.get("/store/orders", headers=mine)).json()["orders"]
    assert [order["id"] for order in orders] == [placed.order_id]


async def test_the_admin_reads_orders_and_payments(
    client: AsyncClient, admin: dict[str, str], storefront: dict[str, str], placed: Placed
) -> None:
    orders = (await client.get("/admin/orders", headers=admin)).json()
    assert [order["id"] for order in orders["orders"]] == [placed.order_id]
    order = (await client.get(f"/admin/orders/{placed.order_id}", headers=admin)).json()["order"]
    assert order["version"] == 1
    payments = (await client.get("/admin/payments", headers=admin)).json()["payments"]
    assert [payment["amount"] for payment in payments] == [order["total"]]
    payment = (await client.get(f"/admin/payments/{payments[0]['id']}", headers=admin)).json()["payment"]
    assert payment["id"] == payments[0]["id"]
    providers = (await client.get("/admin/payments/payment-providers", headers=admin)).json()["payment_providers"]
    assert {"id": "pp_system_default", "is_enabled": True}.items() <= providers[0].items()
    for path in ("/admin/orders", "/admin/payments", "/admin/payments/payment-providers"):
        assert (await client.get(path, headers=storefront)).status_code == 401


LINES = "*items,*items.variant,*items.variant.product.shipping_profile,*sales_channel,*promotions"
MONEY = "*payment_collections,*payment_collections.payment_sessions,*payment_collections.payments"


async def test_an_order_is_one_statement_and_a_list_two_whatever_is_asked_of_it(
    client: AsyncClient, admin: dict[str, str], state: State, placed: Placed
) -> None:
    with recorded_statements(state.database) as sent:
        answer = await client.get(f"/admin/orders/{placed.order_id}?fields=id,total,{LINES},{MONEY}", headers=admin)
        assert len(sent) == 1
        listed = await client.get(f"/admin/orders?fields=id,total,{LINES},{MONEY}", headers=admin)
        assert len(sent) == 3
    order = answer.json()["order"]
    assert listed.json()["orders"][0]["sales_channel"] == order["sales_channel"]
    assert order["sales_channel"]["id"] == order["sales_channel_id"]
    assert order["items"][0].keys() >= {"detail", "tax_lines", "adjustments", "total", "variant"}


async def test_a_payment_and_its_session_show_each_other_whole_where_both_are_shown(
    client: AsyncClient, admin: dict[str, str], placed: Placed
) -> None:
    path = f"/admin/orders/{placed.order_id}"
    collection = (await client.get(f"{path}?fields={MONEY}", headers=admin)).json()["order"]["payment_collections"][0]
    payment, session = collection["payments"][0], collection["payment_sessions"][0]
    assert payment["payment_session"].items() >= {"id": session["id"], "status": session["status"]}.items()
    assert session["payment"].items() >= {"id": payment["id"], "amount": payment["amount"]}.items()
    alone = f"{path}?fields=id,*payment_collections.payment_sessions"
    [collection] = (await client.get(alone, headers=admin)).json()["order"]["payment_collections"]
    assert collection["payment_sessions"][0]["payment"] == {"id": payment["id"]}


@pytest.mark.parametrize("version", ["x", "-1", "1e3", "9" * 30])
async def test_a_version_is_a_number(client: AsyncClient, admin: dict[str, str], version: str) -> None:
    response = await client.get(f"/admin/orders/order_x?version={version}", headers=admin)
    assert (response.status_code, response.json()["type"]) == (400, "invalid_data")
