"""A signed-in customer who pays is known to the provider, once, and pays even where the provider will not know them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from httpx2 import AsyncClient

import activities.account_holder
from api.state import State
from commerce.payment.accounts import Account, Customer, SavedMethod
from commerce.payment.port import Refused, Unknown
from kit.db import Database, run
from tests.support.recorded_shop import RecordedShop
from tests.support.storefront import Carts

PROVIDER = "pp_test_rec"


@dataclass
class Accounts:
    """Customers at a provider that answers, refuses, does not answer, or takes its time."""

    error: Exception | None = None
    seconds: float = 0
    saved: list[Customer] = field(default_factory=list)

    async def save_account(self, customer: Customer) -> Account:
        self.saved.append(customer)
        await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        return Account(external_id=f"ext_{customer.holder_id}", data={"email": customer.email})

    async def delete_account(self, customer: Customer) -> None:
        raise NotImplementedError

    async def saved_methods(self, customer: Customer) -> Sequence[SavedMethod]:
        raise NotImplementedError

    async def save_method(self, customer: Customer, key: str) -> SavedMethod:
        raise NotImplementedError


@pytest.fixture
def accounts(state: State, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    there = Accounts()
    monkeypatch.setattr(state.payment_providers[PROVIDER], "accounts", there, raising=False)
    return there


@pytest.fixture
def mine(client: AsyncClient, shop: RecordedShop, customer: dict[str, str]) -> Carts:
    """Return a storefront for which `cus_1` is logged in."""
    headers = {**customer, "x-publishable-api-key": shop.publishable_key}
    return Carts(client, headers, dict(shop.labels))


async def context(carts: Carts, provider: str = PROVIDER) -> dict[str, dict[str, object]]:
    cart_id = await carts.new()
    await carts.add(cart_id, "tee_m")
    (session,) = (await carts.session(cart_id, provider))["payment_sessions"]
    found: dict[str, dict[str, object]] = session["context"]
    return found


async def holders(database: Database) -> list[tuple[str, str, str | None, str | None]]:
    sql = "SELECT provider_id, customer_id, external_id, email FROM account_holder ORDER BY id"
    async with database.reading() as connection:
        return [tuple(row) for row in await run(connection, sql)]


async def test_a_guest_is_nobody(carts: Carts, database: Database, accounts: Accounts) -> None:
    assert await context(carts) == {}
    assert (await holders(database), accounts.saved) == ([], [])


async def test_the_system_provider_knows_a_customer_by_our_id(mine: Carts, database: Database) -> None:
    told = await context(mine, "pp_system_default")
    assert told["account_holder"]["external_id"] == "cus_1"
    assert told["customer"]["account_holders"] == [told["account_holder"]]
    assert told["account_holder"].keys() == {
        *("id", "data", "email", "metadata", "external_id", "provider_id"),
        *("created_at", "updated_at", "deleted_at"),
    }
    assert await holders(database) == [("pp_system_default", "cus_1", "cus_1", "carla@example.com")]


async def test_an_account_is_made_once_and_kept(mine: Carts, database: Database, accounts: Accounts) -> None:
    first, second = await context(mine), await context(mine)
    (asked,) = accounts.saved
    assert first["account_holder"]["external_id"] == f"ext_{asked.holder_id}"
    assert second["account_holder"] == first["account_holder"]
    assert (asked.customer_id, asked.email, asked.external_id) == ("cus_1", "carla@example.com", None)
    assert len(await holders(database)) == 1


async def test_shoppers_at_once_are_one_customer(mine: Carts, database: Database, accounts: Accounts) -> None:
    accounts.seconds = 0.2
    told = await asyncio.gather(*(context(mine) for _ in range(4)))
    assert len({str(one["account_holder"]["id"]) for one in told}) == 1
    assert {asked.holder_id for asked in accounts.saved} == {told[0]["account_holder"]["id"]}
    assert len(await holders(database)) == 1


async def test_a_new_address_is_told(mine: Carts, database: Database, accounts: Accounts) -> None:
    first = await context(mine)
    await database.transact(lambda s: run(s, "UPDATE customer SET email = 'c@example.org', first_name = 'Carla'"))
    again = await context(mine)
    assert again["account_holder"]["email"] == "c@example.org"
    assert again["account_holder"]["external_id"] == first["account_holder"]["external_id"]
    assert [(asked.email, asked.name, asked.external_id) for asked in accounts.saved] == [
        ("carla@example.com", None, None),
        ("c@example.org", "Carla", first["account_holder"]["external_id"]),
    ]
    assert again["account_holder"]["data"] == {"email": "c@example.org"}


@pytest.mark.parametrize("error", [Unknown("no answer"), Refused("bad key")])
async def test_who_gets_no_account_pays_as_a_guest(
    mine: Carts, database: Database, accounts: Accounts, error: Exception
) -> None:
    accounts.error = error
    told = await context(mine)
    assert "account_holder" not in told
    assert told["customer"]["account_holders"] == []
    assert [external_id for _, _, external_id, _ in await holders(database)] == [None]
    accounts.error = None
    assert (await context(mine))["account_holder"]["id"] == accounts.saved[0].holder_id
    assert len({asked.holder_id for asked in accounts.saved}) == 1


async def test_nobody_waits_long_for_an_account(
    mine: Carts, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activities.account_holder, "DEADLINE", 0.05)
    accounts.seconds = 60
    assert "account_holder" not in await context(mine)


async def test_the_context_says_where_the_bill_goes(mine: Carts) -> None:
    assert "billing_address" not in (await context(mine, "pp_system_default"))["customer"]
    for city, is_default in (("Ulm", False), ("Bonn", True)):
        body = {"city": city, "country_code": "de", "is_default_billing": is_default}
        await mine.ok("POST", "/customers/me/addresses", body)
    told = (await context(mine, "pp_system_default"))["customer"]
    assert told["billing_address"]["city"] == "Bonn"
    assert {address["city"] for address in told["addresses"]} == {"Ulm", "Bonn"}
    assert "has_account" not in told
