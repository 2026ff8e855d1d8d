"""A shop that pays at three providers at once, walked through by somebody whose every word is a canary."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Protocol
from uuid import uuid4

import httpx2

from kit.db import run
from kit.outbox import emit
from tests.promises.canaries import IDEMPOTENCY_KEY, KEYS, MAIL, NOTE, PASSWORD, PERSON, Records
from tests.support.durable import until
from tests.support.paypal import PayPalServer
from tests.support.recorded_shop import RecordedShop
from tests.support.sandbox import Sandbox
from tests.support.stand_in import StandIn
from tests.support.stripe import confirm, delivery, told

ADMIN, ADMIN_PASSWORD = "clerk@yellowbird.example", "clerks-sing-too-1"
OFFERED = "INSERT INTO region_payment_provider (region_id, payment_provider_id) VALUES ($2, $1)"
INSTALLED = "INSERT INTO payment_provider (id, is_enabled) VALUES ($1, true)"
ADDRESS: Final = {**PERSON, "country_code": "de"}
Data = dict[str, Any]


class Vendor(Protocol):
    """Where the shopper pays, and what the merchant does on its dashboard."""

    id: str

    @property
    def url(self) -> str: ...

    def wish(self) -> Data: ...

    def decline(self, data: Data) -> None: ...

    def pay(self, data: Data) -> None: ...

    def refund(self, data: Data, amount: str) -> None: ...

    def dispute(self, data: Data, amount: str) -> None: ...

    def deliveries(self, data: Data) -> list[tuple[str | bytes, dict[str, str]]]: ...


@dataclass
class AtSandbox:
    """The built-in sandbox: it asks for more once, as a bank does."""

    server: Sandbox
    id: str = "pp_sandbox_sandbox"

    @property
    def url(self) -> str:
        return self.server.url

    def wish(self) -> Data:
        return {}

    def decline(self, data: Data) -> None:  # noqa: ARG002 - as the others
        self.server.turn(weights={"authorise": {"decline_raised": 1}}, webhook_secret=KEYS["sandbox_webhook_secrets"])

    def pay(self, data: Data) -> None:  # noqa: ARG002 - as the others
        self.server.turn(webhook_secret=KEYS["sandbox_webhook_secrets"])

    def refund(self, data: Data, amount: str) -> None:
        self._act(data, action="refund", amount=amount)

    def dispute(self, data: Data, amount: str) -> None:
        self._act(data, action="dispute", status="open", amount=amount)

    def _act(self, data: Data, **body: str) -> None:
        assert httpx2.post(f"{self.server.url}/intents/{data['id']}/dashboard", json=body).is_success

    def deliveries(self, data: Data) -> list[tuple[str | bytes, dict[str, str]]]:
        found = httpx2.get(f"{self.server.url}/events", params={"intent": data["id"]}).json()["events"]
        told = [httpx2.get(f"{self.server.url}/events/{one['id']}/delivery").json() for one in found]
        return [(one["body"], one["headers"]) for one in told]


@dataclass
class AtStripe:
    """Stripe, with a card that is declined, and then one whose bank asks back."""

    server: StandIn
    id: str = "pp_stripe_stripe"

    @property
    def url(self) -> str:
        return self.server.url

    def wish(self) -> Data:
        return {"setup_future_usage": "off_session"}

    def decline(self, data: Data) -> None:
        assert confirm(self.server, data, "pm_card_chargeDeclined").status_code == 402

    def pay(self, data: Data) -> None:
        assert confirm(self.server, data, "pm_card_authenticationRequired").status_code == 200
        self.server.act(f"/payment_intents/{data['id']}/authenticate")

    def refund(self, data: Data, amount: str) -> None:
        self.server.act(f"/payment_intents/{data['id']}/refund", amount=int(Decimal(amount) * 100))

    def dispute(self, data: Data, amount: str) -> None:
        self.server.act(f"/payment_intents/{data['id']}/dispute", amount=int(Decimal(amount) * 100))

    def deliveries(self, data: Data) -> list[tuple[str | bytes, dict[str, str]]]:
        return [delivery(event, "whsec_stripecanary") for event in told(self.server, data["id"])]


@dataclass
class AtPayPal:
    """PayPal, approved with an account that is declined, and then with another one."""

    server: PayPalServer
    id: str = "pp_paypal_paypal"

    @property
    def url(self) -> str:
        return self.server.url

    def wish(self) -> Data:
        return {"return_url": "https://shop.example/back"}

    def decline(self, data: Data) -> None:
        self.server.shopper(data["id"], "approve-badly")

    def pay(self, data: Data) -> None:
        self.server.shopper(data["id"])

    def refund(self, data: Data, amount: str) -> None:
        self._act(data, "refund", amount)

    def dispute(self, data: Data, amount: str) -> None:
        self._act(data, "dispute", amount)

    def _act(self, data: Data, action: str, amount: str) -> None:
        taken = [one for one in self._events(data) if one["event_type"] == "PAYMENT.CAPTURE.COMPLETED"]
        self.server.dashboard("captures", taken[-1]["resource"]["id"], action, amount=amount)

    def deliveries(self, data: Data) -> list[tuple[str | bytes, dict[str, str]]]:
        return [self.server.delivery(event) for event in self._events(data)]

    def _events(self, data: Data) -> list[Data]:
        return [event for event in self.server.events() if data["id"] in json.dumps(event)]


@dataclass
class DiscreetShop:
    """The shop over HTTP, its shopper and its clerk; `records` keeps what was refused, and which secrets were told."""

    url: str
    shop: RecordedShop
    records: Records
    http: httpx2.AsyncClient
    shopper: dict[str, str] = field(default_factory=dict)
    clerk: dict[str, str] = field(default_factory=dict)

    async def open(self, *providers: str) -> None:
        """Offer the providers, and let clerk and shopper log in."""
        for provider in providers:
            await self._change(INSTALLED, provider)
            await self._change(OFFERED, provider, self.shop.labels["region_eu"])
        key = {"x-publishable-api-key": self.shop.publishable_key}
        clerk = await self.ok("POST", "/auth/user/emailpass", {}, {"email": ADMIN, "password": ADMIN_PASSWORD})
        self.clerk = {"authorization": f"Bearer {clerk['token']}"}
        login = {"email": MAIL, "password": PASSWORD}
        new = await self.ok("POST", "/auth/customer/emailpass/register", {}, login)
        named = {"email": MAIL, "first_name": PERSON["first_name"], "last_name": PERSON["last_name"]}
        bearer = {**key, "authorization": f"Bearer {new['token']}"}
        await self.ok("POST", "/store/customers", bearer, {**named, "phone": PERSON["phone"]})
        known = await self.ok("POST", "/auth/customer/emailpass", {}, login)
        self.shopper = {**key, "authorization": f"Bearer {known['token']}"}
        self.records.secrets |= {clerk["token"], new["token"], known["token"], ADMIN_PASSWORD}

    async def ask(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> httpx2.Response:  # noqa: ANN401 - JSON
        answer = await self.http.request(method, f"{self.url}{path}", json=body, headers=headers)
        if answer.status_code >= 400:
            self.records.answers.append(answer.text)
        return answer

    async def ok(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> Any:  # noqa: ANN401 - JSON
        answer = await self.ask(method, path, headers, body)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    async def cart(self) -> str:
        """Return a cart of the shopper that only lacks its payment."""
        body = {"region_id": self.shop.labels["region_eu"], "email": MAIL, "shipping_address": ADDRESS}
        cart_id: str = (await self.ok("POST", "/store/carts", self.shopper, body))["cart"]["id"]
        line = {"variant_id": self.shop.labels["mug_v"], "quantity": 2}
        await self.ok("POST", f"/store/carts/{cart_id}/line-items", self.shopper, line)
        option = {"option_id": self.shop.labels["ship_eu"]}
        await self.ok("POST", f"/store/carts/{cart_id}/shipping-methods", self.shopper, option)
        return cart_id

    async def session(self, cart_id: str, vendor: Vendor) -> Data:
        """Open a session and return its data; what only the shopper's browser may know is a secret from now on."""
        made = await self.ok("POST", "/store/payment-collections", self.shopper, {"cart_id": cart_id})
        path = f"/store/payment-collections/{made['payment_collection']['id']}/payment-sessions"
        headers = {**self.shopper, "idempotency-key": f"{IDEMPOTENCY_KEY}-{uuid4().hex}"}
        opened = await self.ok("POST", path, headers, {"provider_id": vendor.id, "data": vendor.wish()})
        (data,) = [one["data"] for one in opened["payment_collection"]["payment_sessions"]]
        if "client_secret" in data:
            self.records.secrets |= {data["client_secret"], data["client_secret"].rpartition("_secret_")[2]}
        return dict(data)

    async def complete(self, cart_id: str) -> Any:  # noqa: ANN401 - JSON
        headers = {**self.shopper, "idempotency-key": IDEMPOTENCY_KEY}
        answer = await self.ask("POST", f"/store/carts/{cart_id}/complete", headers)
        return answer.json()

    async def bought(self, vendor: Vendor) -> tuple[str, Data]:
        """Buy: the first card is declined, the next one is not."""
        cart_id = await self.cart()
        data = await self.session(cart_id, vendor)
        vendor.decline(data)
        refused = await self.complete(cart_id)
        assert refused.get("type") != "order", refused
        data = await self.session(cart_id, vendor)
        vendor.pay(data)
        answer = await self.complete(cart_id)
        assert answer.get("type") == "order", answer
        return answer["order"]["id"], data

    async def payment(self, order_id: str) -> Any:  # noqa: ANN401 - JSON
        fields = "*payment_collections.payments,*payment_collections.payments.captures"
        order = await self.ok("GET", f"/admin/orders/{order_id}?fields={fields}", self.clerk)
        return order["order"]["payment_collections"][0]["payments"][0]

    async def whole_life(self, vendor: Vendor) -> str:
        """Buy, take a part, give back a part, ask for too much, and hear of what happened at the provider."""
        order_id, data = await self.bought(vendor)
        payment = await self.payment(order_id)
        clerk = {**self.clerk, "idempotency-key": IDEMPOTENCY_KEY}
        await self.ok("POST", f"/admin/payments/{payment['id']}/capture", clerk, {"amount": 20})
        back = {"amount": 3, "note": NOTE}
        await self.ok("POST", f"/admin/payments/{payment['id']}/refund", clerk, back)
        assert (await self.ask("POST", f"/admin/payments/{payment['id']}/refund", self.clerk, {"amount": 999})).is_error
        vendor.refund(data, "1.00")
        vendor.dispute(data, "2.00")
        await self.hear(vendor, data)
        await until(lambda: self._is_disputed(order_id), "the dispute arrived")
        return order_id

    async def hear(self, vendor: Vendor, data: Data) -> None:
        """Deliver what the provider tells, once as it is and once as somebody forged it."""
        hook = f"{self.url}/hooks/payment/{vendor.id.removeprefix('pp_')}"
        deliveries = vendor.deliveries(data)
        assert deliveries
        for body, headers in deliveries:
            assert (await self.http.post(hook, content=body, headers=headers)).status_code == 200
        (body, headers), words = deliveries[0], json.dumps({"who": PERSON, "mail": MAIL}).encode()
        forged = await self.http.post(hook, content=words, headers=headers)
        assert forged.status_code == 400
        self.records.answers.append(forged.text)

    async def reconcile(self) -> None:
        """Compare with the providers, as it is done once a day."""
        told = {"day": "2026-01-01", "since": "2026-01-01T00:00:00+00:00"}
        await self._change("INSERT INTO reconciliation (day, since, asked_at) VALUES ($1, now(), now())", told["day"])
        await self.records.database.transact(lambda session: emit(session, ("start.reconcile-payments", told)))
        await self._until("SELECT ended_at IS NOT NULL FROM reconciliation WHERE day = '2026-01-01'", "the report")

    async def _change(self, sql: str, *params: object) -> None:
        await self.records.database.transact(lambda session: run(session, sql, *params))

    async def _is_disputed(self, order_id: str) -> bool:
        found = await self.ok("GET", f"/admin/orders/{order_id}/ledger", self.clerk)
        return any(one["account"] == "disputed" and one["balance"] for one in found["ledger"]["accounts"])

    async def _until(self, sql: str, what: str) -> None:
        async def holds() -> bool:
            async with self.records.database.reading() as connection:
                rows = await run(connection, sql)
            return bool(rows and rows[0][0])

        looking: Callable[[], Awaitable[bool]] = holds
        await until(looking, what)
