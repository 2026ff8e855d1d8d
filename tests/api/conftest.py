"""An API in this process on a database of its own, and the credentials of its callers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from api.app import create_app
from api.state import State
from commerce.api_key.service import create_publishable_key
from commerce.auth.passwords import Passwords
from commerce.auth.service import create_identity
from commerce.auth.tokens import Caller
from commerce.customer.models import Customer
from commerce.sales_channel.models import SalesChannel
from kit.db import Database, value
from kit.settings import Settings
from operations.create_admin_user import create_admin_user
from tests.support.people import People

ADMIN_EMAIL, ADMIN_PASSWORD = "admin@example.com", "supersecret"
ORIGIN = "http://localhost:8000"


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Return settings with passwords that are cheap to hash, and no Temporal."""
    return Settings(
        database_url=database_url,
        temporal_address="127.0.0.1:1",
        jwt_secret="a secret of 32 bytes, and a few more",
        password_memory_kib=8,
        password_time_cost=1,
        store_cors=f"{ORIGIN},http://localhost:9000,/https://.*\\.shop\\.example$/",
        admin_cors="http://localhost:9000",
        auth_cors=ORIGIN,
        db_pool_size=5,
        max_body_bytes=20_000,
        log_level="ERROR",
    )


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """Yield the application, started."""
    made = create_app(settings)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
def state(app: FastAPI) -> State:
    parts: State = app.state.parts
    return parts


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """Yield a client without any credentials."""
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://api") as made:
        yield made


@pytest.fixture
async def channel_id(database: Database) -> str:
    channel = SalesChannel(name="Web")
    await database.transact(lambda session: _add(session, channel))
    return channel.id


@pytest.fixture
async def publishable_key(database: Database, channel_id: str) -> str:
    key = await database.transact(lambda session: create_publishable_key(session, "Storefront", [channel_id]))
    return key.token


@pytest.fixture
def store(publishable_key: str) -> dict[str, str]:
    """Return the headers of a storefront."""
    return {"x-publishable-api-key": publishable_key}


@pytest.fixture
async def admin_id(database: Database) -> str:
    hashed = await Passwords(8, 1, 1).hash(ADMIN_PASSWORD)
    return await database.transact(lambda session: create_admin_user(session, ADMIN_EMAIL, hashed))


@pytest.fixture
async def admin(state: State, database: Database, admin_id: str) -> dict[str, str]:
    """Return the headers of a user who is logged in."""
    return await bearer(state, database, "user", admin_id)


@pytest.fixture
async def customer(state: State, database: Database, store: dict[str, str]) -> dict[str, str]:
    """Return the headers of a storefront with a customer who is logged in, `cus_1`."""
    carla = Customer(id="cus_1", email="carla@example.com", has_account=True)
    await database.transact(lambda session: _add(session, carla))
    await database.transact(lambda session: create_identity(session, "carla@example.com", "", {"customer_id": "cus_1"}))
    return {**store, **await bearer(state, database, "customer", "cus_1")}


@pytest.fixture
def people(client: AsyncClient, store: dict[str, str], database: Database) -> People:
    return People(client, store, database)


async def bearer(state: State, database: Database, actor_type: str, actor_id: str) -> dict[str, str]:
    """Return the header of a token for an actor that has an identity, who was seen a moment ago."""
    key = f"{actor_type}_id"
    async with database.reading() as connection:
        identity_id = await value(
            connection, "SELECT id FROM auth_identity WHERE app_metadata ->> $1 = $2", key, actor_id
        )
    token = state.tokens.issue(Caller(actor_id, actor_type, identity_id), {key: actor_id}, {})
    await state.standings.get(identity_id)
    return {"authorization": f"Bearer {token}"}


async def _add(session: object, row: object) -> None:
    session.add(row)  # type: ignore[attr-defined]  # an AsyncSession
