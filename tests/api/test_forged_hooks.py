"""Nobody's webhook is more than a refusal: whatever a stranger sends to a provider's door, it is no fault of ours."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient

from kit import clock
from kit.db import Database, run
from kit.settings import Settings

NOWHERE = "http://127.0.0.1:1"
ODD = ("", " ", "é", "\xff" * 300, "0", "-1", "1e9", "9" * 400, "a=b,=,,=c", "t=1,v1=\xe9", "t=\xb2,v1=x")
NOW = "t={now},v1=\xe9\xff"
DOORS = {
    "sandbox_sandbox": {"sandbox-signature": "t=1,v1=00"},
    "stripe_stripe": {"stripe-signature": "t=1,v1=00"},
    "paypal_paypal": {
        "paypal-transmission-id": "1",
        "paypal-transmission-time": "2026-01-01T00:00:00Z",
        "paypal-transmission-sig": "AAAA",
        "paypal-cert-url": f"{NOWHERE}/v1/notifications/certs/CERT-1",
        "paypal-auth-algo": "SHA256withRSA",
    },
}
ADDRESSES = (
    "https://[",
    "http://127.0.0.1\uff0f",
    "//",
    "https://api-m.paypal.com@evil.example/v1/notifications/certs/1",
)
BODIES = (b"", b"null", b"[]", b"{", b'"\\u0000"', b"\xff\xfe", b"1" * 5000, b"[" * 5000, b'{"id": NaN}')


@pytest.fixture
def settings(settings: Settings) -> Settings:
    vendors = Settings(
        sandbox_url=NOWHERE,
        stripe_api_key="sk_test_1",
        stripe_webhook_secrets="whsec_1",
        stripe_base_url=NOWHERE,
        paypal_client_id="client",
        paypal_secret="secret",
        paypal_webhook_id="WH1",
        paypal_base_url=NOWHERE,
    )
    names = [name for name in Settings.model_fields if name.startswith(("sandbox_", "stripe_", "paypal_"))]
    return settings.model_copy(update={name: getattr(vendors, name) for name in names})


def odd_headers(door: str, now: int) -> list[dict[str, str]]:
    """Return the door's headers, each of them odd in turn, and signatures of this moment that are no text of ours."""
    honest = DOORS[door]
    found = [{**honest, name: odd} for name in honest for odd in ODD]
    if "paypal-cert-url" in honest:
        moment = {"paypal-transmission-time": "2999-01-01T00:00:00+23:59"}
        return [*found, {**honest, **moment}, *[{**honest, "paypal-cert-url": url} for url in ADDRESSES]]
    (name,) = honest
    return [*found, {name: NOW.format(now=now)}, {name: f"t={now},t={now},v1="}, {name: f"t={now}"}]


@pytest.mark.parametrize("door", DOORS)
async def test_p09_whatever_a_stranger_sends_is_refused(
    client: AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    monkeypatch.setattr("providers.paypal.signature._check_time", lambda _: None)  # the other checks are to be met
    now = int(clock.now().timestamp())
    for headers in odd_headers(door, now):
        sent = {name: text.encode("utf-8" if "\uff0f" in text else "latin-1") for name, text in headers.items()}
        answer = await client.post(f"/hooks/payment/{door}", content=b"{}", headers=sent)
        assert answer.status_code in {400, 503}, (headers, answer.text)
    for body in BODIES:
        answer = await client.post(f"/hooks/payment/{door}", content=body, headers=DOORS[door])
        assert answer.status_code in {400, 503}, (body, answer.text)
    async with database.reading() as connection:
        assert not await run(connection, "SELECT 1 FROM provider_event")
