"""Promise 24 for payments: nobody's data, no card and no secret outside of the database, whatever happens to money."""

from __future__ import annotations

import logging

import pytest

from api import hooks
from commerce.payment.events import ProviderEvent
from commerce.payment.port import Declined, SessionRequest
from kit.db import run
from providers.stripe.payment import StripePayments
from tests.promises.canaries import MAIL, NOTE
from tests.promises.discreet_fixtures import (
    ears,
    sandbox,
    settings,
    shared_paypal,
    shared_stripe,
    shop,
    stand_in,
    stripe_server,
    vendor,
    vendors,
)
from tests.promises.discreet_shop import AtStripe, DiscreetShop, Vendor
from tests.support.durable import until
from tests.support.stand_in import StandIn

__all__ = [
    "ears",
    "sandbox",
    "settings",
    "shared_paypal",
    "shared_stripe",
    "shop",
    "stand_in",
    "stripe_server",
    "vendor",
    "vendors",
]

pytestmark = pytest.mark.timeout(240)


async def test_p24_the_whole_life_of_an_order_tells_nobody_who_paid_and_how(shop: DiscreetShop, vendor: Vendor) -> None:
    order_id = await shop.whole_life(vendor)
    await shop.reconcile()
    written = await shop.records.everything()
    ran = {place.split()[0] for place in written if " " in place}
    assert {"complete-cart", "capture-payment-workflow", "refund-payment-workflow", "process-payment-workflow"} <= ran
    assert "reconcile-payments" in ran
    for place in ("events", "what subscribers heard"):
        assert order_id.encode() in written[place]
    assert b"webhook refused" in written["logs"]
    assert b"hooks/payment" in written["logs"], "libraries are heard, too"
    assert await shop.records.leaks() == []
    assert set(await shop.records.tables_with(MAIL)) >= {"cart", "customer", "order"}, "the canaries were alive"
    assert "refund" in await shop.records.tables_with(NOTE)


async def attention_of(shop: DiscreetShop) -> bool:
    async with shop.records.database.reading() as connection:
        rows = await run(connection, "SELECT attention FROM payment_session WHERE attention IS NOT NULL")
    return bool(rows)


async def test_p24_what_waits_for_a_person_and_what_was_refused_says_it_without_secrets(
    shop: DiscreetShop, stripe_server: StandIn
) -> None:
    stripe = AtStripe(stripe_server)
    order_id, _ = await shop.bought(stripe)
    payment = await shop.payment(order_id)
    cart_id = await shop.cart()
    stripe.pay(await shop.session(cart_id, stripe))
    stripe_server.turn({"call": "*", "kind": "refuse", "times": None})
    refused = await shop.ask("POST", f"/admin/payments/{payment['id']}/capture", shop.clerk, {})
    assert refused.status_code == 500
    line = {"variant_id": shop.shop.labels["tee_m"], "quantity": 1}
    await shop.ok("POST", f"/store/carts/{cart_id}/line-items", shop.shopper, line)
    await until(lambda: attention_of(shop), "the money that cannot be let go is a person's matter")
    assert b"EURYALE_STRIPE_API_KEY" in (await shop.records.everything())["attention"]
    assert await shop.records.leaks() == []


async def test_p24_mutation_a_decline_that_quotes_the_session_is_seen(
    shop: DiscreetShop, stripe_server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def quoting(_: object, request: SessionRequest) -> None:
        raise Declined(str(request.data))

    monkeypatch.setattr(StripePayments, "authorise", quoting)
    cart_id = await shop.cart()
    secret = (await shop.session(cart_id, AtStripe(stripe_server)))["client_secret"]
    await shop.complete(cart_id)
    leaked = await shop.records.leaks()
    assert any(one.startswith(f"{secret!r} in complete-cart") for one in leaked)


async def test_p24_mutation_a_line_with_the_body_of_a_webhook_and_a_talkative_sdk_are_seen(
    shop: DiscreetShop, stripe_server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    stripe = AtStripe(stripe_server)
    cart_id = await shop.cart()
    data = await shop.session(cart_id, stripe)
    assert await shop.records.leaks() == []
    level = logging.getLogger("stripe").level
    logging.getLogger("stripe").setLevel(logging.DEBUG)
    try:
        await shop.session(cart_id, stripe)
    finally:
        logging.getLogger("stripe").setLevel(level)
    told = [one for one in await shop.records.leaks() if one.endswith("in logs")]
    assert told
    received = hooks.Received

    def talkative(provider_id: str, event: ProviderEvent, body: bytes) -> hooks.Received:
        hooks.log.info("heard", body=body.decode())
        return received(provider_id, event, body)

    monkeypatch.setattr(hooks, "Received", talkative)
    await shop.hear(stripe, data)
    assert f"{data['client_secret']!r} in logs" in await shop.records.leaks()
