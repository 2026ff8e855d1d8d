"""Who may call what (contract section 2.2)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from api.actors import Customer, Store
from api.routing import Router
from api.state import KEPT_SECONDS, Kept, State
from commerce.api_key.service import create_secret_key, find_publishable_key
from commerce.auth.tokens import AUDIENCE, Caller, Tokens
from kit import clock
from kit.db import Database, run
from tests.support.statements import recorded_statements

WRONG_KEY = "A valid publishable key is required to proceed with the request"


@pytest.fixture
def mirror(app: FastAPI) -> None:
    """Add two routes that tell who calls."""
    router = Router("/store/mirror")

    @router.get("")
    async def who(store: Store) -> dict[str, object]:
        return {"channels": store.sales_channel_ids, "customer": store.customer_id}

    @router.get("/me")
    async def me(customer: Customer) -> dict[str, object]:
        return {"customer": customer.customer_id}

    app.include_router(router)


@pytest.mark.usefixtures("mirror")
async def test_a_key_opens_its_channels_and_a_token_names_the_customer(
    client: AsyncClient, store: dict[str, str], customer: dict[str, str], channel_id: str
) -> None:
    assert (await client.get("/store/mirror", headers=store)).json() == {"channels": [channel_id], "customer": None}
    assert (await client.get("/store/mirror", headers=customer)).json()["customer"] == "cus_1"
    assert (await client.get("/store/mirror/me", headers=customer)).json() == {"customer": "cus_1"}


@pytest.mark.usefixtures("mirror")
@pytest.mark.parametrize("bearer", [None, "nonsense", "admin"])
async def test_what_is_for_customers_is_closed_to_others(
    client: AsyncClient, store: dict[str, str], admin: dict[str, str], bearer: str | None
) -> None:
    headers = admin if bearer == "admin" else {"authorization": f"Bearer {bearer}"} if bearer else {}
    response = await client.get("/store/mirror/me", headers={**store, **headers})
    assert (response.status_code, response.json()) == (401, {"message": "Unauthorized"})
    assert (await client.get("/store/mirror", headers={**store, **headers})).json()["customer"] is None


@pytest.mark.parametrize("change", ["revoked_at = now()", "deleted_at = now()", "type = 'secret'"])
async def test_a_key_that_is_over_counts_as_wrong(
    client: AsyncClient, state: State, database: Database, store: dict[str, str], change: str
) -> None:
    assert (await client.get("/store/regions", headers=store)).status_code == 200
    await database.transact(lambda session: run(session, f"UPDATE api_key SET {change}"))  # noqa: S608 - the table above
    state.publishable_keys.forget()
    response = await client.get("/store/regions", headers=store)
    assert (response.status_code, response.json()) == (400, {"type": "not_allowed", "message": WRONG_KEY})


async def test_a_key_is_kept_for_five_seconds_and_a_wrong_one_never(database: Database, publishable_key: str) -> None:
    now = 0.0
    keys = Kept(database, find_publishable_key, clock=lambda: now)
    with recorded_statements(database) as sent:
        assert await keys.get(publishable_key) == await keys.get(publishable_key)
        assert len(sent) == 1
        assert await keys.get("pk_wrong") is None
        assert await keys.get("pk_wrong") is None
        assert await keys.get("pk_\x00") is None
        assert len(sent) == 3
        await database.transact(lambda session: run(session, "UPDATE api_key SET revoked_at = now()"))
        now = KEPT_SECONDS - 0.1
        assert await keys.get(publishable_key) is not None
        now = KEPT_SECONDS
        assert await keys.get(publishable_key) is None


async def test_a_secret_key_is_an_admin_by_either_form_of_basic(client: AsyncClient, database: Database) -> None:
    key, token = await database.transact(lambda session: create_secret_key(session, "CI"))
    assert key.token != token
    encoded = b64encode(f"{token}:".encode()).decode()
    for credentials in (token, encoded):
        response = await client.get("/admin/regions", headers={"authorization": f"Basic {credentials}"})
        assert response.status_code == 200
    me = await client.get("/admin/users/me", headers={"authorization": f"Basic {token}"})
    assert (me.status_code, me.json()["message"]) == (404, f"User with id: {key.id} was not found")


@pytest.mark.parametrize(
    "credentials", ["", "Basic", "Basic sk_wrong", "Basic !!!", "Basic /w==", "Bearer ", "Digest x"]
)
async def test_other_credentials_are_refused(client: AsyncClient, credentials: str) -> None:
    response = await client.get("/admin/regions", headers={"authorization": credentials})
    assert (response.status_code, response.json()) == (401, {"message": "Unauthorized"})


async def test_a_secret_key_as_bearer_is_told_how_to_send_it(client: AsyncClient) -> None:
    response = await client.get("/admin/regions", headers={"authorization": "Bearer sk_abc"})
    assert response.status_code == 401
    assert response.json() == {
        "message": "A secret API key was passed as a Bearer token. Secret API keys must be sent using HTTP Basic "
        "authentication instead (Authorization: Basic <secret-api-key>)."
    }


FORGED: dict[str, Callable[[dict[str, Any], str], str]] = {
    "unsigned": lambda payload, _: jwt.encode(payload, None, "none"),
    "by another algorithm": lambda payload, secret: jwt.encode(payload, secret * 2, "HS512"),
    "by another secret": lambda payload, secret: jwt.encode(payload, secret[::-1], "HS256"),
    "expired": lambda payload, secret: jwt.encode({**payload, "exp": payload["iat"]}, secret, "HS256"),
    "for another system": lambda payload, secret: jwt.encode({**payload, "aud": "other"}, secret, "HS256"),
    "only registered": lambda payload, secret: jwt.encode({**payload, "actor_id": ""}, secret, "HS256"),
    "for ever": lambda payload, secret: jwt.encode(
        {key: value for key, value in payload.items() if key != "exp"}, secret, "HS256"
    ),
}


@pytest.mark.parametrize("kind", FORGED)
async def test_a_token_that_we_did_not_issue_for_this_is_refused(client: AsyncClient, state: State, kind: str) -> None:
    payload = {
        "actor_id": "user_1",
        "actor_type": "user",
        "auth_identity_id": "authid_1",
        "aud": AUDIENCE,
        "iat": clock.now(),
        "exp": clock.now() + timedelta(hours=1),
    }
    token = FORGED[kind](payload, state.settings.jwt_secret)
    response = await client.get("/admin/regions", headers={"authorization": f"Bearer {token}"})
    assert (response.status_code, response.json()) == (401, {"message": "Unauthorized"})


def test_a_token_carries_the_contract_s_payload(state: State) -> None:
    token = state.tokens.issue(Caller("user_1", "user", "authid_1"), {"user_id": "user_1"}, {})
    payload = jwt.decode(token, options={"verify_signature": False})
    assert payload.pop("exp") - int(payload.pop("iat")) == 24 * 3600
    assert payload == {
        "actor_id": "user_1",
        "actor_type": "user",
        "auth_identity_id": "authid_1",
        "auth_provider": "emailpass",
        "mfa_enabled": False,
        "mfa_challenge_completed_at": None,
        "app_metadata": {"user_id": "user_1"},
        "user_metadata": {},
        "aud": "euryale",
    }
    assert state.tokens.read(token) == Caller("user_1", "user", "authid_1")


def test_a_short_secret_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="EURYALE_JWT_SECRET"):
        Tokens("x" * 31, 60)
