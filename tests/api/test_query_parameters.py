"""Every parameter that the contract gives a list or a single read is known to our route (endpoints.csv)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from httpx2 import AsyncClient

from tests.support import routes_tested

ENDPOINTS = Path(__file__).resolve().parents[1] / "data" / "contract" / "endpoints.csv"
MOMENTS = ("created_at", "updated_at", "deleted_at", "revoked_at", "starts_at", "ends_at")
NO_FILTERS = {"offset", "limit", "with_deleted", "region_id", "country_code", "province", "cart_id", "sales_channel_id"}
FIRST_CHOICE = re.compile(r"enum\((\w+)|\(\"(\w+)\"")
OBJECT = re.compile(r"\{(\w+)")


def reads() -> list[tuple[str, str]]:
    """Return the path and the declared query of every GET of the contract that our API has."""
    ours = {re.sub(r"\{\w+\}", ":", path) for method, path in routes_tested.routes() if method == "GET"}
    with ENDPOINTS.open() as file:
        rows = [row for row in csv.DictReader(file) if row["method"] == "GET" and row["query"]]
    return [(row["path"], row["query"]) for row in rows if re.sub(r":\w+", ":", row["path"]) in ours]


def pairs(query: str) -> Iterator[tuple[str, str]]:
    """Yield a name and a good value for every declared parameter, and one filter inside `$or`."""
    declared = [each.partition(":")[::2] for each in query.split("; ")]
    found = [_pair(name, type_) for name, type_ in declared if type_ != "filter[]" and name not in {"order", "fields"}]
    yield from found
    if "$or:filter[]" in query:
        inner, value = next(pair for pair in found if pair[0] not in NO_FILTERS)
        yield f"$or[0][{inner.partition('[')[0]}]{''.join(inner.partition('[')[1:])}", value


def _pair(name: str, type_: str) -> tuple[str, str]:
    if found := OBJECT.search(type_):
        return f"{name}[{found[1]}]", "x"
    if name in MOMENTS:
        return f"{name}[$gte]", "2026-11-23T00:00:00Z"
    if name == "variants":
        return "variants[id]", "x"
    choice = FIRST_CHOICE.search(type_)
    value = next(filter(None, choice.groups())) if choice else "true" if "boolean" in type_ else "x"
    is_list = type_.endswith("[]") and not type_.startswith("string|")
    suffix = "[$in][]" if type_.startswith("ops<string") else "[$gt]" if type_.startswith("ops<number") else ""
    return f"{name}{'[]' if is_list else suffix}", "1" if "number" in type_ else value


async def test_no_parameter_of_the_contract_is_unknown(
    client: AsyncClient, admin: dict[str, str], customer: dict[str, str]
) -> None:
    remembered, refused = set(routes_tested.asked), {}
    for path, query in reads():
        given = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs(query))
        headers = customer if path.startswith("/store") else admin
        response = await client.get(f"{re.sub(r':[a-zA-Z_]+', 'x', path)}?{given}", headers=headers)
        if response.status_code == 500 or "Invalid request" in response.text:
            refused[path] = response.text
    routes_tested.asked.intersection_update(remembered)  # asking so is no test of the route
    assert not refused
