"""What the plain install has no provider or key for: second factors, logins elsewhere."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

NO_KEY = {"type": "invalid_data", "message": "MFA encryption key is required to use MFA methods"}
NOT_ALLOWED = "The actor type {} is not allowed to use the auth provider {}"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/factors", {"provider": "totp", "label": "phone"}),
        ("DELETE", "/factors/mfa_1", {}),
        ("POST", "/factors/mfa_1/verify", {"code": "123456"}),
        ("POST", "/recovery-codes", {"count": 10}),
        ("POST", "/challenges/mfach_1/verify", {"method": "totp", "code": "123456"}),
    ],
)
async def test_second_factors_need_a_key(
    client: AsyncClient, admin: dict[str, str], method: str, path: str, body: dict[str, object]
) -> None:
    response = await client.request(method, f"/auth/mfa{path}", json=body, headers=admin)
    assert (response.status_code, response.json()) == (400, NO_KEY)
    refused = await client.request(method, f"/auth/mfa{path}", json={**body, "foo": 1}, headers=admin)
    assert refused.json()["message"] == "Invalid request: Unrecognized fields: 'foo'"
    assert (await client.request(method, f"/auth/mfa{path}", json=body)).status_code == 401


async def test_nobody_has_a_second_factor(client: AsyncClient, admin: dict[str, str]) -> None:
    assert (await client.get("/auth/mfa/factors", headers=admin)).json() == {"mfa_factors": []}
    assert (await client.get("/auth/mfa/factors")).status_code == 401


async def test_a_mail_and_a_password_lead_nowhere_else(client: AsyncClient) -> None:
    providers = (await client.get("/auth/customer/providers")).json()["providers"]
    assert [each["id"] for each in providers] == ["emailpass"]
    assert (await client.get("/auth/robot/providers")).json() == {"providers": []}
    callback = "/auth/customer/emailpass/callback"
    for method, path in (("GET", "/auth/customer/emailpass"), ("GET", callback), ("POST", callback)):
        assert (await client.request(method, path)).status_code == 401
        elsewhere = await client.request(method, path.replace("emailpass", "google"))
        assert (elsewhere.status_code, elsewhere.json()["message"]) == (400, NOT_ALLOWED.format("customer", "google"))
