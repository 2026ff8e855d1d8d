"""The OpenAPI document says what the recordings show, for every route."""

from __future__ import annotations

import csv
import json
import re
from typing import Any

import pytest

from api.app import create_app
from kit.settings import Settings
from tests.contract.examples import FILE, successes, text
from tests.contract.reference import CONTRACT
from tests.contract.schemas import misfits

PARAMETER = re.compile(r":(\w+)")
APP = create_app(Settings(jwt_secret="x" * 32))
NEVER = (  # nothing was recorded but refusals; or the route is ours alone
    *("/auth/mfa", "/auth/{actor_type}/{auth_provider}"),
    *("/admin/orders/{id}/ledger", "/admin/orders/{id}/timeline", "/admin/payments/{id}/attention"),
)
UNREAD = {  # `fields` changes nothing there, with the peer or with us
    "post /store/carts/{id}/complete",
    "post /admin/inventory-items/{id}/location-levels/batch",
    "delete /admin/refund-reasons/{id}",
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return APP.openapi()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return "get /admin/regions" -> operation, of the contract's areas."""
    return {
        f"{method} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith(("/store/", "/admin/", "/auth/"))
    }


def test_the_examples_are_those_of_the_recordings() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run `uv run python -m tests.contract.examples --write`"


def test_every_recorded_answer_is_as_described(document: dict[str, Any]) -> None:
    found = []
    for method, path, entry in successes(APP):
        response = entry["response"]
        described = document["paths"].get(path, {}).get(method, {}).get("responses", {}).get(str(response["status"]))
        if described is None:
            found.append(f"{method} {path}: no {response['status']}")
        else:
            schema = described["content"]["application/json"]["schema"]
            found += [f"{method} {path}: {fault}" for fault in misfits(document, schema, response["body"])]
    assert not found, "\n".join(found)


def test_every_route_has_an_answer_a_name_and_a_group(operations: dict[str, dict[str, Any]]) -> None:
    names = [operation["operationId"] for operation in operations.values()]
    assert len(set(names)) == len(names)
    assert {"AdminGetProducts", "AdminPostProductsIdVariantsVariantId", "StoreDeleteCartsIdLineItemsLineId"} <= {*names}
    for name, operation in operations.items():
        (done,) = (told for status, told in operation["responses"].items() if status != "default")
        has_schema = bool(done["content"]["application/json"]["schema"])
        assert has_schema or name.partition(" ")[2].startswith(NEVER), name
        assert operation["tags"][0].split()[0] in ("Store", "Admin", "Auth"), name


def test_credentials_and_keys_are_asked_for_where_they_are_taken(operations: dict[str, dict[str, Any]]) -> None:
    assert operations["get /admin/feature-flags"]["security"] == []
    assert {"secret_key": []} in operations["get /admin/products"]["security"]
    assert operations["get /store/customers/me"]["security"][0] == {"publishable_key": [], "bearer": []}
    assert {"publishable_key": []} in operations["get /store/carts/{id}"]["security"]
    for name in ("post /admin/products", "delete /admin/regions/{id}", "post /store/carts/{id}/complete"):
        assert "Idempotency-Key" in {parameter["name"] for parameter in operations[name]["parameters"]}


def test_every_query_parameter_of_the_contract_is_described(operations: dict[str, dict[str, Any]]) -> None:
    found = []
    with (CONTRACT / "endpoints.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            name = PARAMETER.sub(r"{\1}", f"{row['method'].lower()} {row['path']}")
            if name in operations and name not in UNREAD:
                ours = {p["name"].partition("[")[0] for p in operations[name]["parameters"] if p["in"] == "query"}
                found += [f"{name}: {missing}" for missing in _parameters(row["query"]) - ours]
    assert not found


def test_the_document_is_json(document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(document)) == document


def _parameters(query: str) -> set[str]:
    """Return the names of the first level of a query as endpoints.csv writes it."""
    flat = query
    while "{" in flat:
        flat = re.sub(r"\{[^{}]*\}", "", flat)
    parts = re.split(r",(?![^()<>]*[)>])", flat)
    return {re.split(r"[?:\[]", part.strip())[0] for part in parts if part.strip()} - {""}
