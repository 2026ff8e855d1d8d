"""`/admin/stores`: what a store may be told, and by how many at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy.exc import IntegrityError

from api.state import State
from kit.db import Database, run
from operations.seed.first_start import first_start
from tests.support.statements import recorded_statements

EUR = {"currency_code": "eur", "is_default": True}


@pytest.fixture
async def store_id(database: Database) -> str:
    start = await database.transact(lambda session: first_start(session, payment_providers=["pp_system_default"]))
    return start.store_id


async def tell(client: AsyncClient, admin: dict[str, str], id_: str, **body: Any) -> Response:  # noqa: ANN401 - JSON
    return await client.post(f"/admin/stores/{id_}?fields=*supported_currencies,*", headers=admin, json=body)


def defaults(answer: Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["currency_code"] for each in answer.json()["store"]["supported_currencies"] if each["is_default"]]


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"supported_currencies": [{"currency_code": "eur"}]}, "There should be a default currency set for the store"),
    ({"supported_currencies": []}, "There should be a default currency set for the store"),
    (
        {"supported_currencies": [EUR, {**EUR, "currency_code": "usd"}]},
        "Only one default currency is allowed",
    ),
    ({"supported_currencies": [EUR, {"currency_code": "EUR"}]}, "Duplicate currency codes: eur"),
    (
        {"supported_currencies": [EUR, {"currency_code": "zzz"}]},
        'Currencies with codes: "zzz" do not exist',
    ),
    ({"supported_currencies": [{}]}, "Invalid request: Field 'supported_currencies, 0, currency_code' is required"),
    ({"nonsense": 1}, "Invalid request: Unrecognized fields: 'nonsense'"),
    ({"name": 5}, "Invalid request: Expected type: 'string' for field 'name', got: '5'"),
)


async def test_what_a_store_refuses(client: AsyncClient, admin: dict[str, str], store_id: str) -> None:
    for body, message in REFUSED:
        answer = await tell(client, admin, store_id, **{"name": "Changed", **body})
        assert (answer.status_code, answer.json()) == (400, {"type": "invalid_data", "message": message})
    kept = (await client.get("/admin/stores", headers=admin)).json()["stores"]
    assert [(one["name"], len(one["supported_currencies"])) for one in kept] == [("Medusa Store", 1)]


async def test_what_is_given_changes_and_nothing_else(
    client: AsyncClient, admin: dict[str, str], database: Database, store_id: str
) -> None:
    usd = {"currency_code": "USD", "is_tax_inclusive": True, "store_id": "echoed by the dashboard, and dropped"}
    told = await tell(client, admin, store_id, supported_currencies=[EUR, usd], metadata={"a": 1, "b": 2})
    store = told.json()["store"]
    assert [each["currency_code"] for each in store["supported_currencies"]] == ["eur", "usd"]
    channel = store["default_sales_channel_id"]
    again = (await tell(client, admin, store_id, metadata={"a": ""}, default_region_id="reg_x")).json()["store"]
    assert (again["name"], again["metadata"], again["default_region_id"]) == ("Medusa Store", {"b": 2}, "reg_x")
    assert again["default_sales_channel_id"] == channel
    async with database.reading() as connection:
        said = await run(connection, "SELECT value, is_tax_inclusive FROM price_preference ORDER BY value")
    assert [tuple(row) for row in said] == [("eur", False), ("usd", True)]
    path = f"/admin/stores/{store_id}?fields=supported_locales.locale_code"
    await tell(client, admin, store_id, supported_locales=[{"locale_code": "de-DE"}])
    await tell(client, admin, store_id, supported_locales=[{"locale_code": "fr-FR"}, {"locale_code": "da-DK"}])
    locales = (await client.get(path, headers=admin)).json()["store"]["supported_locales"]
    assert [each["locale_code"] for each in locales] == ["fr-FR", "da-DK"]
    twice = await tell(client, admin, store_id, supported_locales=[{"locale_code": "de"}] * 2)
    assert (twice.status_code, twice.json()["type"]) == (400, "invalid_data")
    missing = await tell(client, admin, "store_x", name="x")
    assert (missing.status_code, missing.json()["message"]) == (404, "Store with id: store_x was not found")


async def test_however_many_tell_it_at_once_one_currency_is_the_default(
    client: AsyncClient, admin: dict[str, str], database: Database, store_id: str
) -> None:
    codes = ["eur", "usd", "jpy", "gbp", "dkk", "sek"]

    def supported(default: str) -> list[dict[str, Any]]:
        return [{"currency_code": code, "is_default": code == default} for code in codes]

    answers = await asyncio.gather(
        *(tell(client, admin, store_id, supported_currencies=supported(code)) for code in codes)
    )
    assert [defaults(answer) for answer in answers] == [[code] for code in codes]
    (kept,) = (await client.get("/admin/stores", headers=admin)).json()["stores"]
    assert len(kept["supported_currencies"]) == len(codes)
    assert sum(each["is_default"] for each in kept["supported_currencies"]) == 1
    second = "UPDATE store_currency SET is_default = true WHERE NOT is_default"
    with pytest.raises(IntegrityError, match="uq_store_currency_store_id_default"):
        await database.transact(lambda session: run(session, second))


async def test_many_currencies_cost_as_many_statements_as_two(
    client: AsyncClient, admin: dict[str, str], state: State, store_id: str
) -> None:
    every = [each["code"] for each in (await client.get("/admin/currencies", headers=admin)).json()["currencies"]]
    sent = []
    for codes in (every[:2], every):
        supported = [{"currency_code": code, "is_default": code == codes[0]} for code in codes]
        with recorded_statements(state.database) as statements:
            assert defaults(await tell(client, admin, store_id, supported_currencies=supported)) == codes[:1]
        sent.append(len(statements))
    assert sent[0] == sent[1]
