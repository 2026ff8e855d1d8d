"""`/store/customers`: who registered becomes a customer, and sees what is theirs."""

from __future__ import annotations

import asyncio

import pytest
from httpx2 import AsyncClient

from tests.support.people import People

ADDRESSES = "/store/customers/me/addresses"


async def test_one_account_a_mail_however_many_try_at_once(people: People) -> None:
    token = await people.register("nora@example.com")
    other = await people.register("nora+alias@example.com")
    body = {"email": "nora@example.com"}
    ends = await asyncio.gather(
        *(people.ask("/store/customers", body, each, **people.store) for each in (token, token, other))
    )
    assert sorted(end.status_code for end in ends) == [200, 422, 422]
    refusal = next(end.json() for end in ends if end.status_code == 422)
    assert refusal == {
        "code": "invalid_request_error",
        "type": "duplicate_error",
        "message": "Customer with this email already has an account",
    }
    assert len(await people.events("customer.created")) == 1


async def test_a_login_is_one_customer(people: People) -> None:
    _, headers = await people.account("nora@example.com")
    logged_in = headers["authorization"].split()[1]
    second = {"email": "second@example.com"}
    response = await people.ask("/store/customers", second, logged_in, **people.store)
    assert response.json()["message"] == "Request already authenticated as a customer."
    registered = await people.register("otto@example.com")
    assert (await people.ask("/store/customers", {}, registered, **people.store)).status_code == 400
    first = await people.ask("/store/customers", {"email": "otto@example.com"}, registered, **people.store)
    assert first.status_code == 200
    again = await people.ask("/store/customers", second, registered, **people.store)  # the token is older than that
    assert (again.status_code, again.json()["type"]) == (400, "invalid_data")
    assert await people.rows("SELECT count(*) FROM customer WHERE has_account") == [(2,)]


async def test_a_user_s_login_becomes_a_customer_too(client: AsyncClient, people: People) -> None:
    await people.register("both@example.com", "user")
    token = (await people.log_in("both@example.com")).json()["token"]
    made = await people.ask("/store/customers", {"email": "both@example.com"}, token, **people.store)
    assert made.status_code == 200
    as_user = (await people.log_in("both@example.com", actor="user")).json()["token"]
    for refused in (as_user, token):
        headers = {**people.store, "authorization": f"Bearer {refused}"}
        assert (await client.get("/store/customers/me", headers=headers)).status_code == 401


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_nobody_reaches_another_customer_s_address(client: AsyncClient, people: People, method: str) -> None:
    _, nora = await people.account("nora@example.com")
    _, otto = await people.account("otto@example.com")
    made = await client.post(ADDRESSES, headers=nora, json={"city": "Berlin", "is_default_billing": True})
    path = f"{ADDRESSES}/{made.json()['customer']['addresses'][0]['id']}"
    response = await client.request(method, path, headers=otto, json={"city": "x"} if method == "POST" else None)
    assert response.status_code == (200 if method == "DELETE" else 404)
    assert (await client.get(path, headers=nora)).json()["address"]["city"] == "Berlin"
    assert (await client.get(ADDRESSES, headers=otto)).json()["count"] == 0


async def test_me_shows_what_the_storefronts_ask_for(client: AsyncClient, people: People) -> None:
    customer_id, headers = await people.account("nora@example.com")
    me = (await client.get("/store/customers/me?fields=*orders", headers=headers)).json()["customer"]
    assert (me["id"], me["orders"], me["addresses"], me["has_account"]) == (customer_id, [], [], True)
    hidden = await client.get("/store/customers/me?fields=id,created_by,groups.name", headers=headers)
    assert hidden.json() == {"customer": {"id": customer_id}}
    changed = await client.post("/store/customers/me", headers=headers, json={"phone": "12", "metadata": {"a": 1}})
    assert changed.json()["customer"]["phone"] == "12"
    for body in ({"email": "x@example.com"}, {"has_account": False}, {"id": "cus_x"}):
        refused = await client.post("/store/customers/me", headers=headers, json=body)
        assert refused.json()["message"] == f"Invalid request: Unrecognized fields: '{next(iter(body))}'"


async def test_an_address_is_changed_and_goes(client: AsyncClient, people: People) -> None:
    customer_id, headers = await people.account("nora@example.com")
    made = await client.post(ADDRESSES, headers=headers, json={"address_name": "Home", "is_default_shipping": True})
    home = made.json()["customer"]["addresses"][0]["id"]
    changed = await client.post(f"{ADDRESSES}/{home}", headers=headers, json={"city": "Rome"})
    (address,) = changed.json()["customer"]["addresses"]
    assert (address["address_name"], address["city"], address["is_default_shipping"]) == ("Home", "Rome", True)
    gone = (await client.delete(f"{ADDRESSES}/{home}", headers=headers)).json()
    assert (gone["id"], gone["object"], gone["deleted"], gone["parent"]["addresses"]) == (
        customer_id,
        "address",
        True,
        [],
    )
    missing = await client.get(f"{ADDRESSES}/{home}", headers=headers)
    assert missing.json()["message"] == f"Address with id: {home} was not found"
