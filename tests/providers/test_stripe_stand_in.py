"""The stand-in of Stripe: what it remembers over a kill, its keys, its doors, its knobs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from commerce.payment.port import Holding, Unknown
from tests.support.sandbox import Ask, Money, opened
from tests.support.stand_in import StandIn
from tests.support.stripe import PUBLISHABLE, confirm, stripe_payments

SECRET = {"authorization": "Bearer sk_test_shop"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[StandIn]:
    started = StandIn("stripe", tmp_path / "log.jsonl")
    yield started
    started.stop()
    assert started.faults() == []


def post(server: StandIn, path: str, key: str | None = None, **form: str) -> httpx2.Response:
    headers = SECRET | ({"idempotency-key": key} if key else {})
    return httpx2.post(f"{server.url}/v1/{path}", data=form, headers=headers)


async def test_a_kill_forgets_nothing_that_was_answered(server: StandIn, ask: Ask, money: Money) -> None:
    stripe = stripe_payments(server)
    session = await opened(stripe, ask())
    confirm(server, session.data)
    wish = money(session, str(session.reference), "5", "capture")
    server.turn({"call": "payment_intents.capture", "kind": "apply_then_timeout", "seconds": 30})
    hasty = stripe_payments(server, seconds=0.3)
    with pytest.raises(Unknown):
        await hasty.capture(wish)
    server.kill()
    with pytest.raises(Unknown):
        await stripe.capture(wish)
    server.start()
    before = await stripe.status(session)
    assert (await stripe.capture(wish)).amount == wish.amount
    assert (await stripe.status(session)) == before
    assert before.holding == Holding.CAPTURED
    await stripe.close()
    await hasty.close()


def test_a_key_repeats_its_first_answer(server: StandIn) -> None:
    first = post(server, "payment_intents", "k", amount="500", currency="eur")
    again = post(server, "payment_intents", "k", amount="500", currency="eur")
    assert again.json() == first.json()
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    other = post(server, "payment_intents", "k", amount="501", currency="eur")
    assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")
    server.act("/clock", advance=24 * 3600 - 60)
    assert post(server, "payment_intents", "k", amount="500", currency="eur").json() == first.json()
    server.act("/clock", advance=120)
    fresh = post(server, "payment_intents", "k", amount="501", currency="eur")
    assert fresh.json()["id"] != first.json()["id"]


def test_an_outage_is_repeated_and_bad_parameters_are_not(server: StandIn) -> None:
    server.turn({"call": "payment_intents.create", "kind": "error_after"})
    for _ in range(2):
        assert post(server, "payment_intents", "k", amount="500", currency="eur").status_code == 500
    listed = httpx2.get(f"{server.url}/v1/payment_intents", headers=SECRET).json()
    assert len(listed["data"]) == 1
    assert (
        post(server, "payment_intents", "l", amount="1", currency="eur").json()["error"]["code"] == "amount_too_small"
    )
    assert post(server, "payment_intents", "l", amount="500", currency="eur").status_code == 200


def test_a_browser_gets_in_with_its_client_secret_only(server: StandIn) -> None:
    made = post(server, "payment_intents", amount="500", currency="eur").json()
    url = f"{server.url}/v1/payment_intents/{made['id']}"
    public = {"authorization": f"Bearer {PUBLISHABLE}"}

    def got(**query: str) -> int:
        return httpx2.get(url, params=query, headers=public).status_code

    assert (got(), got(client_secret="pi_wrong"), got(client_secret=made["client_secret"])) == (404, 404, 200)
    assert httpx2.post(f"{url}/capture", headers=public).status_code == 403
    assert httpx2.post(f"{url}/capture").status_code == 401
    assert httpx2.get(f"{server.url}/v1/nothing", headers=SECRET).status_code == 404
    assert set(server.faults()) == {"GET /v1/nothing path: no such operation"}


def test_lists_come_in_pages(server: StandIn) -> None:
    made = [post(server, "payment_intents", amount=str(500 + n), currency="eur").json()["id"] for n in range(5)]
    first = httpx2.get(f"{server.url}/v1/payment_intents?limit=3", headers=SECRET).json()
    assert ([one["id"] for one in first["data"]], first["has_more"]) == (made[:1:-1], True)
    after = {"limit": "3", "starting_after": made[2]}
    rest = httpx2.get(f"{server.url}/v1/payment_intents", params=after, headers=SECRET).json()
    assert ([one["id"] for one in rest["data"]], rest["has_more"]) == ([made[1], made[0]], False)


def test_too_many_requests_say_when_to_come_again(server: StandIn) -> None:
    server.turn({"call": "payment_intents.*", "kind": "rate_limited"})
    answer = post(server, "payment_intents", "k", amount="500", currency="eur")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert post(server, "payment_intents", "k", amount="500", currency="eur").status_code == 200


def test_a_knob_that_does_not_exist_is_refused(server: StandIn) -> None:
    for wanted in (
        {"faults": [{"call": "*", "kind": "earthquake"}]},
        {"faults": [{"cal": "*"}]},
        {"webhooks": {"uri": "x"}},
    ):
        assert httpx2.post(f"{server.url}/_/knobs", json=wanted).status_code == 400
    assert httpx2.get(f"{server.url}/_/knobs").json()["faults"] == []
    assert httpx2.get(f"{server.url}/_/health").text == "OK"
