"""What differs between the providers: the shopper's browser, the merchant's dashboard, how events are delivered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.matrix.faults import put_below, put_below_stripe
from tests.support.paypal import CLIENT_ID, SECRET, PayPalServer
from tests.support.sandbox import Sandbox
from tests.support.stand_in import StandIn
from tests.support.stripe import confirm, delivery, seen

PAGES = 6
Delivery = tuple[bytes, Mapping[str, str]]


class Vendor:
    """One provider, its stand-in beside it; here the sandbox, whose card needs no browser."""

    provider_id = "pp_sandbox_sandbox"
    keeps_the_rest = True  # after a part was captured, the rest is still held

    def __init__(self, server: Sandbox) -> None:
        self.log: Path = server.log
        self._url = server.url

    def install(self, provider: Any) -> None:  # noqa: ANN401 - each provider keeps its connections elsewhere
        """Put faults below the provider's connections."""
        put_below(provider._client._http)

    async def pay(self, data: Mapping[str, Any]) -> None:
        """Do what the shopper's browser does with a session's data."""

    async def outside(self, reference: str, action: str) -> None:
        """Capture all or refund a part in the provider's dashboard."""
        await _post(f"{self._url}/intents/{reference}/dashboard", {"action": action, **_part(action, "2")})

    async def deliveries(self, reference: str) -> list[Delivery]:
        """Return what the provider tells of an intent, the oldest first."""
        async with httpx2.AsyncClient(base_url=self._url) as client:
            events = (await client.get("/events", params={"intent": reference})).json()["events"]
            found = [(await client.get(f"/events/{event['id']}/delivery")).json() for event in events]
        return [(each["body"].encode(), each["headers"]) for each in found]


class Browser(Vendor):
    """The sandbox, confirmed by the shopper's browser."""

    provider_id = "pp_sandbox_browser"

    async def pay(self, data: Mapping[str, Any]) -> None:
        await _post(data["confirm_url"], {})


class Stripe(Vendor):
    """Stripe."""

    provider_id = "pp_stripe_stripe"
    keeps_the_rest = False  # it falls back at once, which the shop hears by a webhook

    def __init__(self, server: StandIn) -> None:
        self.log = server.log
        self._server = server

    def install(self, provider: Any) -> None:  # noqa: ANN401 - as above
        put_below_stripe(provider._connection._http)

    async def pay(self, data: Mapping[str, Any]) -> None:
        await asyncio.to_thread(confirm, self._server, dict(data))

    async def outside(self, reference: str, action: str) -> None:
        headers = {"authorization": "Bearer sk_test_dashboard"}
        async with httpx2.AsyncClient(base_url=f"{self._server.url}/v1", headers=headers) as client:
            if action == "capture":
                answer = await client.post(f"/payment_intents/{reference}/capture")
            else:
                answer = await client.post("/refunds", data={"payment_intent": reference, "amount": "200"})
            assert answer.is_success, answer.text

    async def deliveries(self, reference: str) -> list[Delivery]:
        return [delivery(event) for event in await asyncio.to_thread(self._told, reference)]

    def _told(self, reference: str) -> list[dict[str, Any]]:
        """Return the events about an intent, the oldest first; those of other cells may fill some pages before."""
        found: list[dict[str, Any]] = []
        after = ""
        for _ in range(PAGES):
            page = seen(self._server, f"events?limit=100{after}")["data"]
            found += [event for event in page if reference in str(event["data"])]
            if not page:
                break
            after = f"&starting_after={page[-1]['id']}"
        return found[::-1]


class PayPal(Vendor):
    """PayPal."""

    provider_id = "pp_paypal_paypal"

    def __init__(self, server: PayPalServer) -> None:
        self.log = server.log
        self._server = server

    async def pay(self, data: Mapping[str, Any]) -> None:
        await asyncio.to_thread(self._server.shopper, data["id"])

    async def outside(self, reference: str, action: str) -> None:
        await asyncio.to_thread(self._at_dashboard, reference, action)

    def _at_dashboard(self, reference: str, action: str) -> None:
        order = httpx2.get(f"{self._server.url}/v2/checkout/orders/{reference}", headers=self._bearer()).json()
        payments = order["purchase_units"][0]["payments"]
        if action == "capture":
            self._server.dashboard("authorizations", payments["authorizations"][-1]["id"], "capture")
        else:
            self._server.dashboard("captures", payments["captures"][-1]["id"], "refund", amount="2.00")

    def _bearer(self) -> dict[str, str]:
        form = {"grant_type": "client_credentials"}
        answer = httpx2.post(f"{self._server.url}/v1/oauth2/token", auth=(CLIENT_ID, SECRET), data=form)
        return {"authorization": f"Bearer {answer.json()['access_token']}"}

    async def deliveries(self, reference: str) -> list[Delivery]:
        events = await asyncio.to_thread(self._server.events)
        mine = [event for event in events if reference in str(event)]
        return [self._server.delivery(event) for event in mine]


async def _post(url: str, body: Mapping[str, Any]) -> None:
    async with httpx2.AsyncClient() as client:
        answer = await client.post(url, json=dict(body))
    assert answer.is_success, answer.text


def _part(action: str, amount: str) -> dict[str, str]:
    return {"amount": amount} if action == "refund" else {}


@dataclass(frozen=True)
class Servers:
    """The stand-ins that a world talks to."""

    sandbox: Sandbox
    stripe: StandIn | None = None
    paypal: PayPalServer | None = None

    def vendors(self) -> dict[str, Vendor]:
        """Return them by their name in a cell."""
        found: dict[str, Vendor] = {"sandbox": Vendor(self.sandbox), "browser": Browser(self.sandbox)}
        made: list[tuple[str, Callable[[Any], Vendor], Any]] = [
            ("stripe", Stripe, self.stripe),
            ("paypal", PayPal, self.paypal),
        ]
        return found | {name: make(server) for name, make, server in made if server is not None}
