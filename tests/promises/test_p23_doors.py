"""Promise 23: no one reads or writes what is not theirs; the matrix of actors and routes is the contract's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from api.actors import AdminActor, admin_actor
from api.app import create_app
from kit.db import Database, run
from kit.settings import Settings
from tests.promises.doors import CANARY, Street, breaches, endpoints, street_of


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[FastAPI]:
    made = create_app(
        Settings(
            database_url=database_url,
            temporal_address="127.0.0.1:1",
            jwt_secret="a secret of 32 bytes, and a few more",
            password_memory_kib=8,
            password_time_cost=1,
            log_level="CRITICAL",
        )
    )
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def street(app: FastAPI, database: Database) -> AsyncIterator[Street]:
    async for made in street_of(app, database):
        yield made


async def carlas(database: Database) -> list[tuple[object, ...]]:
    async with database.reading() as connection:
        addresses = await run(connection, "SELECT * FROM customer_address WHERE first_name = $1", CANARY)
        return [tuple(row) for row in addresses]


async def test_p23_every_route_lets_in_whom_the_contract_says(street: Street) -> None:
    assert len(endpoints(street.app)) > 100
    found = await breaches(street)
    assert not found, "\n".join(found)


async def test_p23_another_customer_neither_reads_nor_writes_an_address(street: Street, database: Database) -> None:
    before = await carlas(database)
    for route, _ in endpoints(street.app):
        if ":address_id" in route[1] and route[1].startswith("/store/"):
            response = await street.knock("other customer", route)
            assert CANARY not in response.text
            assert response.status_code == 404 or route[0] == "DELETE", route  # to delete what is not there is no error
    assert await carlas(database) == before != []


async def test_p23_mutation_a_door_left_open_is_found(street: Street) -> None:
    street.app.dependency_overrides[admin_actor] = lambda: AdminActor("user_1", "user")
    found = await breaches(street, "/admin")
    behind = [route for route, auth in endpoints(street.app) if auth == "user" and route[1].startswith("/admin/")]
    assert sum(line.startswith("nobody at ") for line in found) >= len(behind)


async def test_p23_mutation_an_address_without_its_owner_is_found(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.store.customers.OF_CUSTOMER", ())
    found = await breaches(street, "/store/customers")
    assert "other customer at GET /store/customers/me/addresses/:address_id: shows what is Carla's" in found
