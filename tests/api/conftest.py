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
from commerce.auth.tokens import Caller
from commerce.sales_channel.models import SalesChannel
from kit.db import Database
from kit.settings import Settings
from operations.create_admin_user import create_admin_user

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
def admin(state: State, admin_id: str) -> dict[str, str]:
    """Return the headers of a user who is logged in."""
    token = state.tokens.issue(Caller(admin_id, "user", "authid_1"), {"user_id": admin_id}, {})
    return {"authorization": f"Bearer {token}"}


@pytest.fixture
def customer(state: State, store: dict[str, str]) -> dict[str, str]:
    """Return the headers of a storefront with a customer who is logged in."""
    token = state.tokens.issue(Caller("cus_1", "customer", "authid_2"), {"customer_id": "cus_1"}, {})
    return {**store, "authorization": f"Bearer {token}"}


async def _add(session: object, row: object) -> None:
    session.add(row)  # type: ignore[attr-defined]  # an AsyncSession
