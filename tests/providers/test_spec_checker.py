"""The checker sees what it must see: unknown keys, wrong types, missing keys, wrong words; and no more than that."""

from __future__ import annotations

import json
from functools import cache
from urllib.parse import urlencode

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from tests.support.spec_checker import FOLDER, FORM, Spec, load, unflattened
from tests.support.spec_traffic import SpecTraffic
from tests.support.spec_waivers import WAIVERS, Waiver

FILES = sorted(path.name for path in FOLDER.glob("*.json") if "fixtures" not in path.name)
STRIPE, ORDERS, PAYMENTS = "stripe-2023-08-16.json", "paypal-checkout-orders-v2.json", "paypal-payments-v2.json"
INTENT = {
    "amount": "1250",
    "currency": "eur",
    "capture_method": "manual",
    "automatic_payment_methods[enabled]": "true",
    "metadata[session_id]": "payses_1",
    "expand[0]": "latest_charge",
}
ORDER = {
    "intent": "CAPTURE",
    "purchase_units": [{"reference_id": "r", "amount": {"currency_code": "EUR", "value": "12.50"}}],
}


@cache
def spec(file: str) -> Spec:
    return load(file)


def stripe(form: dict[str, str], path: str = "/v1/payment_intents") -> list[str]:
    body = urlencode(form).encode()
    return [str(fault) for fault in spec(STRIPE).request("POST", path, body=body, content_type=FORM)]


def paypal(order: dict[str, object]) -> list[str]:
    body = json.dumps(order).encode()
    found = spec(ORDERS).request("POST", "/v2/checkout/orders", body=body, content_type="application/json")
    return [str(fault) for fault in found]


@pytest.mark.parametrize("file", FILES)
def test_every_operation_of_a_file_can_be_checked(file: str) -> None:
    operations = list(spec(file).operations())
    assert operations
    for method, path in operations:
        spec(file).request(method, path.replace("{", "").replace("}", ""), body=b"{}", content_type="application/json")
        spec(file).response(method, path.replace("{", "").replace("}", ""), 200, {})


def test_what_is_right_passes() -> None:
    assert stripe(INTENT) == []
    assert paypal(ORDER) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"capture_metod": "manual"}, "body.capture_metod: unknown"),
        ({"automatic_payment_methods[enabeld]": "true"}, "body.automatic_payment_methods.enabeld: unknown"),
        ({"amount": "12.50"}, "body.amount: "),
        ({"automatic_payment_methods[enabled]": "yes"}, "body.automatic_payment_methods.enabled: "),
        ({"capture_method": "by_hand"}, "body.capture_method: "),
        ({"shipping[address][city]": "Ulm"}, "body.shipping.name: missing"),
        ({"metadata": "x"}, "body.metadata: "),
    ],
)
def test_a_form_is_closed(change: dict[str, str], told: str) -> None:
    faults = stripe(INTENT | change)
    assert len(faults) == 1, faults
    assert faults[0].startswith(f"POST /v1/payment_intents {told}")


def test_what_is_required_is_missed() -> None:
    assert stripe({"amount": "1"}) == ["POST /v1/payment_intents body.currency: missing"]
    assert [str(f) for f in spec(STRIPE).request("POST", "/v1/payment_intents")] == [
        "POST /v1/payment_intents body: missing"
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"intend": "CAPTURE"}, "body.intend: unknown"),
        ({"intent": "TAKE"}, "body.intent: "),
        ({"purchase_units": []}, "body.purchase_units: "),
        ({"purchase_units": [{"amount": {"currency_code": "EUR", "value": 12}}]}, "body.purchase_units.0.amount"),
        ({"purchase_units": [{"amount": {"value": "12"}}]}, "body.purchase_units.0.amount.currency_code: missing"),
    ],
)
def test_json_is_closed(change: dict[str, object], told: str) -> None:
    faults = paypal(ORDER | change)
    assert any(fault.startswith(f"POST /v2/checkout/orders {told}") for fault in faults), faults


def test_a_query_is_closed() -> None:
    def asked(query: str) -> list[str]:
        return [fault.place for fault in spec(STRIPE).request("GET", "/v1/events", query=query)]

    assert asked("limit=10&created[gte]=17&types[0]=charge.refunded") == []
    assert asked("limt=10") == ["query.limt"]
    assert asked("limit=many") == ["query.limit"]


def test_paths_and_content_types_are_the_vendors() -> None:
    assert [f.place for f in spec(STRIPE).request("GET", "/v1/payments")] == ["path"]
    faults = spec(STRIPE).request("POST", "/v1/refunds", body=b"{}", content_type="application/json")
    assert [f.place for f in faults] == ["content-type"]


def test_the_vendors_own_answers_pass_and_broken_ones_do_not() -> None:
    fixtures = json.loads((FOLDER / "stripe-fixtures-2026-07-29.json").read_bytes())["resources"]
    intent = fixtures["payment_intent"] | {"transfer_data": None, "shipping": None, "processing": None}
    path = "/v1/payment_intents/pi_1"
    assert spec(STRIPE).response("GET", path, 200, intent) == []
    assert spec(STRIPE).response("GET", path, 200, intent | {"new": 1}) == []  # vendors add what they like
    for broken in ({"amount": "1"}, {"status": "paid"}, {"latest_charge": 1}):
        key = next(iter(broken))
        assert [f.place for f in spec(STRIPE).response("GET", path, 200, intent | broken)] == [f"answer 200.{key}"]
    del intent["currency"]
    assert [str(f) for f in spec(STRIPE).response("GET", path, 200, intent)] == [
        "GET /v1/payment_intents/{intent} answer 200.currency: missing"
    ]


def test_errors_are_answers_too() -> None:
    def answered(status: int, message: str) -> list[str]:
        answer = {"name": "RESOURCE_NOT_FOUND", "message": message, "debug_id": "d"}
        found = spec(PAYMENTS).response("GET", "/v2/payments/captures/c", status, answer)
        return [fault.place for fault in found]

    assert answered(404, "The specified resource does not exist.") == []
    assert answered(404, "It is gone.") == ["answer 404.message"]
    document = json.loads((FOLDER / PAYMENTS).read_bytes())
    del document["paths"]["/v2/payments/captures/{capture_id}"]["get"]["responses"]["default"]
    faults = Spec(document).response("GET", "/v2/payments/captures/c", 302, {})
    assert [fault.place for fault in faults] == ["answer 302"]


def test_a_waiver_opens_one_place_only() -> None:
    document = json.loads((FOLDER / STRIPE).read_bytes())
    waived = Spec(document, [Waiver("POST /v1/payment_intents", "body.on_the_moon", "for this test")])
    body = urlencode(INTENT | {"on_the_moon": "1", "on_mars": "1"}).encode()
    faults = waived.request("POST", "/v1/payment_intents", body=body, content_type=FORM)
    assert [fault.place for fault in faults] == ["body.on_mars"]
    assert all(waiver.reason for waivers in WAIVERS.values() for waiver in waivers)


def test_a_form_is_read_as_vendors_write_it() -> None:
    pairs = [("a[b][0]", "x"), ("a[b][1]", "y"), ("c[]", "1"), ("c[]", "2"), ("d", "1"), ("d", "2")]
    assert unflattened(pairs) == {"a": {"b": {"0": "x", "1": "y"}}, "c": {"0": "1", "1": "2"}, "d": ["1", "2"]}


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    is_known = scope["path"] == "/v1/balance"
    body = b'{"object": "balance", "available": [], "pending": [], "livemode": false}' if is_known else b"{}"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


async def test_traffic_is_watched() -> None:
    watched = SpecTraffic(_answer, spec(STRIPE), ("/v1/",))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(watched), base_url="http://stand-in") as client:
        await client.get("/v1/balance")
        await client.get("/knobs")
        assert watched.faults == []
        await client.get("/v1/balance?all=1")
        assert [fault.place for fault in watched.faults] == ["query.all"]
        watched.faults.clear()
        await client.get("/v1/events/evt_1")
        assert {fault.place for fault in watched.faults} >= {"answer 200.id", "answer 200.type"}
    assert watched.seen == {("GET", "/v1/balance"), ("GET", "/v1/events/evt_1")}
