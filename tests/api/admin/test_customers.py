"""`/admin/customers` and `/admin/customer-groups`."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy.exc import IntegrityError

from kit.db import Database, run
from tests.support.people import People


@pytest.fixture
async def ada(client: AsyncClient, admin: dict[str, str]) -> str:
    """Return the id of a guest."""
    response = await client.post("/admin/customers", headers=admin, json={"email": "ada@example.com"})
    assert response.status_code == 200, response.text
    return str(response.json()["customer"]["id"])


async def address(client: AsyncClient, headers: dict[str, str], path: str, **given: Any) -> Response:  # noqa: ANN401 - JSON
    return await client.post(f"{path}?fields=id,*addresses", headers=headers, json=given)


async def test_guest_and_account_share_a_mail_and_two_of_a_kind_do_not(
    client: AsyncClient, admin: dict[str, str], ada: str, people: People
) -> None:
    account_id, _ = await people.account("ada@example.com")
    assert account_id != ada
    again = await client.post("/admin/customers", headers=admin, json={"email": "ada@example.com"})
    assert (again.status_code, again.json()["message"]) == (
        400,
        "Customer with email: ada@example.com, has_account: false, already exists.",
    )
    ends = await asyncio.gather(
        *(client.post("/admin/customers", headers=admin, json={"email": "b@example.com"}) for _ in range(4))
    )
    assert sorted(end.status_code for end in ends) == [200, 400, 400, 400]
    without = await client.post("/admin/customers", headers=admin, json={})
    assert (without.status_code, without.json()["customer"]["email"]) == (200, None)


async def test_what_only_one_of_two_updates_names_is_kept(
    client: AsyncClient, admin: dict[str, str], ada: str, people: People
) -> None:
    given = [{"phone": "12"}, {"company_name": "ACME"}, {"metadata": {"a": 1}}, {"metadata": {"b": {"c": 2.5}}}]
    path = f"/admin/customers/{ada}"
    ends = await asyncio.gather(*(client.post(path, headers=admin, json=each) for each in given))
    assert {end.status_code for end in ends} == {200}
    row = (await client.get(path, headers=admin)).json()["customer"]
    assert (row["phone"], row["company_name"]) == ("12", "ACME")
    assert row["metadata"] == {"a": 1, "b": {"c": 2.5}}
    assert len(await people.events("customer.updated")) == len(given)
    deep = "fields=id,orders.items.detail.id,orders.summary,groups.customers.orders.shipping_methods.id"
    assert (await client.get(f"/admin/customers?{deep}", headers=admin)).json()["customers"][0]["orders"] == []
    ignored = await client.post(path, headers=admin, json={"additional_data": {"loyalty": 1}})
    assert ignored.json()["customer"]["phone"] == "12"
    assert (await client.get("/admin/customers/cus_x", headers=admin)).json()["message"] == (
        "Customer with id: cus_x not found"
    )


async def test_one_address_is_the_default_whoever_sets_it_at_once(
    client: AsyncClient, admin: dict[str, str], ada: str, people: People, database: Database
) -> None:
    path = f"/admin/customers/{ada}/addresses"
    wanted = {"is_default_shipping": True, "is_default_billing": True, "country_code": "DE"}
    ends = await asyncio.gather(*(address(client, admin, path, city=str(n), **wanted) for n in range(6)))
    assert {end.status_code for end in ends} == {200}
    shown = (await client.get(f"{path}?fields=*", headers=admin)).json()
    assert (shown["count"], shown["addresses"][0]["country_code"]) == (6, "de")
    first = shown["addresses"][0]["id"]
    changed = await address(client, admin, f"{path}/{first}", is_default_billing=True, is_default_shipping=True)
    flags = {each["id"]: each["is_default_billing"] for each in changed.json()["customer"]["addresses"]}
    assert [id_ for id_, is_default in flags.items() if is_default] == [first]
    held = "SELECT count(*) FROM customer_address WHERE is_default_shipping"
    assert await people.rows(f"{held} UNION ALL {held.replace('shipping', 'billing')}") == [(1,), (1,)]
    with pytest.raises(IntegrityError, match="uq_customer_address_is_default_billing"):
        await database.transact(lambda s: run(s, "UPDATE customer_address SET is_default_billing = true"))


async def test_an_address_is_its_customer_s_alone(
    client: AsyncClient, admin: dict[str, str], ada: str, people: People
) -> None:
    other, _ = await people.account("otto@example.com")
    made = (await address(client, admin, f"/admin/customers/{ada}/addresses", city="Berlin")).json()["customer"]
    (own,) = made["addresses"]
    path = f"/admin/customers/{other}/addresses/{own['id']}"
    assert (await client.get(path, headers=admin)).status_code == 404
    foreign = await client.post(path, headers=admin, json={"city": "Rome"})
    assert (foreign.status_code, foreign.json()["message"]) == (404, f"Address with id: {own['id']} was not found")
    assert (
        await client.delete(path, headers=admin)
    ).status_code == 200  # deletes are idempotent, and this one was empty
    mine = f"/admin/customers/{ada}/addresses/{own['id']}"
    assert (await client.get(mine, headers=admin)).json()["address"]["city"] == "Berlin"
    gone = (await client.delete(mine, headers=admin)).json()
    assert (gone["id"], gone["object"], gone["parent"]["id"]) == (own["id"], "customer_address", ada)
    assert (await client.get(mine, headers=admin)).status_code == 404
    nobodys = "/admin/customers/cus_x/addresses"
    assert (await client.post(nobodys, headers=admin, json={})).status_code == 404


async def test_a_deleted_customer_is_logged_out_and_their_mail_is_free(
    client: AsyncClient, admin: dict[str, str], people: People
) -> None:
    customer_id, headers = await people.account("nora@example.com")
    await address(client, headers, "/store/customers/me/addresses", city="Berlin")
    group = (await client.post("/admin/customer-groups", headers=admin, json={"name": "VIP"})).json()["customer_group"]
    path = f"/admin/customer-groups/{group['id']}"
    await client.post(f"{path}/customers", headers=admin, json={"add": [customer_id]})
    for _ in range(2):
        gone = await client.delete(f"/admin/customers/{customer_id}", headers=admin)
        assert gone.json() == {"id": customer_id, "object": "customer", "deleted": True}
    assert len(await people.events("customer.deleted")) == 1
    assert (await client.get("/store/customers/me", headers=headers)).status_code == 401
    assert (await people.log_in("nora@example.com")).status_code == 401
    shown = (await client.get(f"{path}?fields=id,customers.id", headers=admin)).json()["customer_group"]
    assert shown == {"id": group["id"], "customers": []}
    assert await people.rows("SELECT count(*) FROM customer_address WHERE deleted_at IS NULL") == [(0,)]
    deleted = (await client.get("/admin/customers?with_deleted=true", headers=admin)).json()
    assert (deleted["count"], (await client.get("/admin/customers", headers=admin)).json()["count"]) == (1, 0)
    assert (await people.account("nora@example.com"))[0] != customer_id


async def test_groups_are_filled_and_emptied_from_both_sides(
    client: AsyncClient, admin: dict[str, str], ada: str, people: People
) -> None:
    other, _ = await people.account("otto@example.com")
    names = ("Gold", "Silver")
    made = [await client.post("/admin/customer-groups", headers=admin, json={"name": name}) for name in names]
    gold, silver = (each.json()["customer_group"]["id"] for each in made)

    async def change(path: str, **body: list[str]) -> Response:
        return await client.post(f"/admin/{path}", headers=admin, json=body)

    async def members(group_id: str) -> set[str]:
        found = await client.get(f"/admin/customers?groups={group_id}&fields=id", headers=admin)
        nested = await client.get(f"/admin/customer-groups/{group_id}?fields=%2Bcustomers.id", headers=admin)
        ids = {each["id"] for each in found.json()["customers"]}
        assert ids == {each["id"] for each in nested.json()["customer_group"]["customers"]}
        return ids

    await change(f"customer-groups/{gold}/customers", add=[ada, other, ada])
    await change(f"customers/{ada}/customer-groups", add=[silver], remove=[gold])
    assert (await members(gold), await members(silver)) == ({other}, {ada})
    of_ada = (await client.get(f"/admin/customer-groups?customers[id]={ada}", headers=admin)).json()
    assert [each["name"] for each in of_ada["customer_groups"]] == ["Silver"]
    refused = await change(f"customer-groups/{gold}/customers", add=[ada, "cus_x"])
    assert (refused.status_code, refused.json()["message"]) == (
        404,
        "You tried to set relationship customer_id: cus_x, but such entity does not exist",
    )
    assert await members(gold) == {other}
    assert (await change(f"customers/{ada}/customer-groups", add=["cusgroup_x"])).status_code == 404
    assert (await change("customer-groups/cusgroup_x/customers", add=[])).status_code == 404
    ends = await asyncio.gather(
        *(change(f"customer-groups/{gold}/customers", add=[ada]) for _ in range(3)),
        *(change(f"customers/{ada}/customer-groups", add=[gold]) for _ in range(3)),
    )
    assert {end.status_code for end in ends} == {200}
    renamed = await client.post(f"/admin/customer-groups/{gold}", headers=admin, json={"name": "Silver"})
    assert renamed.json()["message"] == "Customer group with name: Silver, already exists."
    await client.delete(f"/admin/customer-groups/{gold}", headers=admin)
    assert await people.rows("SELECT count(*) FROM customer_group_customer WHERE customer_group_id = $1", gold) == [
        (0,)
    ]
    gone = await client.get(f"/admin/customer-groups/{gold}", headers=admin)
    assert gone.json()["message"] == f"Customer group with id: {gold} not found"
