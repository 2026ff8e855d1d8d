"""`/admin/price-preferences`: what the recorded answers do not show."""

from __future__ import annotations

from typing import Any

from httpx2 import AsyncClient

from api.state import State
from tests.support.statements import recorded_statements

PATH = "/admin/price-preferences"


async def test_a_preference_is_made_changed_and_deleted(
    client: AsyncClient, admin: dict[str, str], state: State
) -> None:
    async def send(method: str, below: str = "", **body: Any) -> Any:  # noqa: ANN401 - JSON
        return (await client.request(method, PATH + below, headers=admin, json=body or None)).json()

    made = (await send("POST", attribute="currency_code", value="GBP"))["price_preference"]
    assert (made["value"], made["is_tax_inclusive"]) == ("gbp", False)
    region = (await send("POST", attribute="region_id", value="reg_A", is_tax_inclusive=True))["price_preference"]
    assert region["value"] == "reg_A"
    taken = await send("POST", attribute="currency_code", value="gbp")
    said = "Price preference with attribute: currency_code, value: gbp, already exists."
    assert (taken["type"], taken["message"]) == ("invalid_data", said)
    assert (await send("POST", f"/{region['id']}", attribute="currency_code", value="Gbp"))["message"] == said
    changed = (await send("POST", f"/{made['id']}", is_tax_inclusive=True))["price_preference"]
    assert changed == {**made, "is_tax_inclusive": True, "updated_at": changed["updated_at"]}
    for query, count in (("", 2), ("attribute=currency_code&value[0]=gbp&value[1]=eur", 1), ("q=REG", 1)):
        with recorded_statements(state.database) as sent:
            assert (await send("GET", f"?{query}"))["count"] == count
        assert len(sent) == 2
    for _ in range(2):
        assert (await send("DELETE", f"/{made['id']}"))["object"] == "price_preference"
    assert (await send("GET", f"/{made['id']}"))["message"] == f"Price preference with id: {made['id']} was not found"
    assert (await send("POST", "/prpref_x", value="x"))["type"] == "not_found"
    assert (await send("POST", attribute="currency_code", value="gbp"))["price_preference"]["id"] != made["id"]
