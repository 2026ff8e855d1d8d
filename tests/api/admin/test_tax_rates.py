"""`/admin/tax-rates`: one default a region, and what else a rate is limited to."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from commerce.tax.service import create_tax_region
from kit.db import Database, value
from operations.seed.first_start import first_start
from queries.taxes import tax_rate

NONE_AT_ALL = tax_rate("NULL::text", "'nl'", "NULL::text")
BOOK, PEN = ({"reference": "product", "reference_id": f"prod_{name}"} for name in ("book", "pen"))


@pytest.fixture
async def region_id(database: Database) -> str:
    await database.transact(lambda session: first_start(session, payment_providers=[]))
    region = await database.transact(lambda session: create_tax_region(session, "nl", provider_id="tp_system"))
    return region.id


async def make(client: AsyncClient, admin: dict[str, str], region: str, **body: Any) -> Response:  # noqa: ANN401 - JSON
    new = {"tax_region_id": region, "name": "VAT", "code": "NL21", "rate": 21, **body}
    return await client.post("/admin/tax-rates", headers=admin, json=new)


def id_of(answer: Response) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["tax_rate"]["id"])


def rules(answer: Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [rule["reference_id"] for rule in answer.json()["tax_rate"]["rules"]]


async def test_one_rate_is_the_default_however_many_want_to_be(
    client: AsyncClient, admin: dict[str, str], region_id: str
) -> None:
    answers = await asyncio.gather(*(make(client, admin, region_id, is_default=True) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 4]
    refused = next(answer for answer in answers if answer.status_code == 400)
    assert refused.json()["message"] == f"Tax rate with tax_region_id: {region_id}, already exists."
    other = id_of(await make(client, admin, region_id))
    changed = await client.post(f"/admin/tax-rates/{other}", headers=admin, json={"is_default": True})
    assert changed.json()["message"] == refused.json()["message"]


REFUSED: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"tax_region_id": "txreg_x"}, 404, "Tax region with id: txreg_x was not found"),
    ({"code": None}, 400, "Invalid request: Expected type: 'string' for field 'code', got: 'null'"),
    (
        {"rules": [{**BOOK, "reference": "moon"}]},
        400,
        "Invalid request: Field 'rules, 0, reference' is required",
    ),
    ({"rate": "21"}, 400, "Invalid request: Expected type: 'number' for field 'rate', got: '21'"),
    ({"nonsense": 1}, 400, "Invalid request: Unrecognized fields: 'nonsense'"),
)


async def test_what_is_refused(client: AsyncClient, admin: dict[str, str], region_id: str) -> None:
    for body, status, message in REFUSED:
        answer = await make(client, admin, region_id, **body)
        assert (answer.status_code, answer.json()["message"]) == (status, message)
    assert (await client.get("/admin/tax-rates", headers=admin)).json()["count"] == 0


async def test_rules_are_added_replaced_and_taken_away(
    client: AsyncClient, admin: dict[str, str], admin_id: str, region_id: str
) -> None:
    path = f"/admin/tax-rates/{id_of(await make(client, admin, region_id, rules=[BOOK]))}"
    assert rules(await client.post(f"{path}/rules", headers=admin, json=PEN)) == ["prod_book", "prod_pen"]
    twice = await client.post(f"{path}/rules", headers=admin, json=PEN)
    assert (twice.status_code, twice.json()["type"]) == (400, "invalid_data")
    renamed = await client.post(path, headers=admin, json={"name": "Reduced", "metadata": {"a": 1}})
    assert rules(renamed) == ["prod_book", "prod_pen"]
    replaced = await client.post(path, headers=admin, json={"rules": [PEN]})
    rate = replaced.json()["tax_rate"]
    assert (rate["name"], rate["rate"], rate["metadata"], rules(replaced)) == ("Reduced", 21, {"a": 1}, ["prod_pen"])
    rule = rate["rules"][0]
    assert rule["created_by"] == admin_id
    elsewhere = id_of(await make(client, admin, region_id, rules=[BOOK]))
    not_theirs = await client.delete(f"/admin/tax-rates/{elsewhere}/rules/{rule['id']}", headers=admin)
    assert not_theirs.json()["parent"]["rules"][0]["reference_id"] == "prod_book"
    assert rules(await client.get(path, headers=admin)) == ["prod_pen"]
    gone = (await client.delete(f"{path}/rules/{rule['id']}?fields=id,*rules", headers=admin)).json()
    assert gone["parent"] == {"id": rate["id"], "rules": []}
    assert {key: gone[key] for key in ("id", "object", "deleted")} == {
        "id": rule["id"],
        "object": "tax_rate_rule",
        "deleted": True,
    }


async def test_what_is_not_there(client: AsyncClient, admin: dict[str, str], region_id: str) -> None:
    rate = id_of(await make(client, admin, region_id, rules=[BOOK]))
    for _ in range(2):
        gone = await client.delete(f"/admin/tax-rates/{rate}", headers=admin)
        assert gone.json() == {"id": rate, "object": "tax_rate", "deleted": True}
    for method, path, body in (
        ("GET", "", None),
        ("POST", "", {"name": "x"}),
        ("POST", "/rules", BOOK),
        ("DELETE", "/rules/txrule_1", None),
    ):
        answer = await client.request(method, f"/admin/tax-rates/{rate}{path}", headers=admin, json=body)
        assert (answer.status_code, answer.json()["message"]) == (404, f"Tax rate with id: {rate} was not found")


async def test_filters(client: AsyncClient, admin: dict[str, str], region_id: str) -> None:
    default = id_of(await make(client, admin, region_id, is_default=True, name="Standard"))
    other = id_of(await make(client, admin, region_id, name="Reduced"))

    async def found(query: str) -> list[str]:
        answer = await client.get(f"/admin/tax-rates?fields=id&{query}", headers=admin)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["tax_rates"]]

    assert await found(f"tax_region_id={region_id}&is_default=false") == [other]
    assert await found(f"tax_region_id[$in][]={region_id}&is_default=true") == [default]
    assert await found("q=REDU") == [other]
    assert await found("created_at[$gt]=2999-01-01") == []
    await client.delete(f"/admin/tax-rates/{other}", headers=admin)
    assert await found("q=nl21") == [default]
    assert await found("q=nl21&with_deleted=true") == [default, other]


async def test_a_rate_without_a_figure_is_none(
    client: AsyncClient, admin: dict[str, str], database: Database, region_id: str
) -> None:
    """The dashboard creates a country's rate by name and code alone."""
    made = await make(client, admin, region_id, is_default=True, rate=None)
    assert made.json()["tax_rate"]["rate"] is None
    async with database.reading() as connection:
        assert await value(connection, f"SELECT {NONE_AT_ALL}") == Decimal(0)
