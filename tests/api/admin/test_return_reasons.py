"""`/admin/return-reasons` and `/store/return-reasons`: a tree of values, each of them once."""

from __future__ import annotations

import asyncio
from typing import Any

from httpx2 import AsyncClient, Response

ADMIN = "/admin/return-reasons"


async def make(client: AsyncClient, admin: dict[str, str], value: str, **body: Any) -> Response:  # noqa: ANN401 - JSON
    return await client.post(ADMIN, headers=admin, json={"value": value, "label": value.title(), **body})


def reason(answer: Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["return_reason"]
    return found


async def test_reasons_stand_below_each_other(
    client: AsyncClient, admin: dict[str, str], store: dict[str, str]
) -> None:
    top = reason(await make(client, admin, "size", metadata={"a": 1}))["id"]
    child = reason(await make(client, admin, "small", parent_return_reason_id=top))
    grandchild = reason(await make(client, admin, "tight", parent_return_reason_id=child["id"]))["id"]
    assert child["parent_return_reason"]["value"] == "size"
    shown = (await client.get(f"/store/return-reasons/{top}", headers=store)).json()["return_reason"]
    assert [each["id"] for each in shown["return_reason_children"]] == [child["id"]]
    listed = (await client.get("/store/return-reasons?fields=id,metadata", headers=store)).json()
    assert (listed["return_reasons"][0], listed["count"], listed["limit"]) == ({"id": top}, 3, 20)
    found = await client.get(f"{ADMIN}?q=SMA&fields=%2Blabel&parent_return_reason_id={top}", headers=admin)
    assert [each["id"] for each in found.json()["return_reasons"]] == [child["id"]]
    for _ in range(2):
        gone = await client.delete(f"{ADMIN}/{top}", headers=admin)
        assert gone.json() == {"id": top, "object": "return_reason", "deleted": True}
    for id_ in (top, child["id"], grandchild):
        assert (await client.get(f"/store/return-reasons/{id_}", headers=store)).status_code == 404
        assert (await client.get(f"{ADMIN}/{id_}", headers=admin)).status_code == 404
    reason(await make(client, admin, "size"))


async def test_what_is_refused(client: AsyncClient, admin: dict[str, str]) -> None:
    answers = await asyncio.gather(*(make(client, admin, "size") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    refused = next(answer for answer in answers if answer.status_code == 400)
    assert refused.json()["message"] == "Return reason with value: size, already exists."
    lost = await make(client, admin, "lost", parent_return_reason_id="rr_x")
    assert (lost.status_code, lost.json()["message"]) == (404, "Return reason with id: rr_x was not found")
    path = f"{ADMIN}/{reason(await make(client, admin, 'colour'))['id']}"
    taken = await client.post(path, headers=admin, json={"value": "size", "label": "x"})
    assert taken.json()["message"] == "Return reason with value: size, already exists."
    half = await client.post(path, headers=admin, json={"label": "x"})
    assert half.json()["message"] == "Invalid request: Field 'value' is required"
    for body in ({"value": "a", "label": "b", "parent_return_reason_id": None}, {"value": "a", "label": 5}):
        assert (await client.post(path, headers=admin, json=body)).status_code == 400
    missing = await client.post(f"{ADMIN}/rr_x", headers=admin, json={"value": "a", "label": "b"})
    assert missing.status_code == 404


async def test_what_is_given_changes(client: AsyncClient, admin: dict[str, str]) -> None:
    path = f"{ADMIN}/{reason(await make(client, admin, 'size', description='d', metadata={'a': 1}))['id']}"
    body = {"value": "size", "label": "Size!", "metadata": {"b": 2}}
    changed = reason(await client.post(f"{path}?fields=*", headers=admin, json=body))
    assert (changed["label"], changed["description"], changed["metadata"]) == ("Size!", "d", {"a": 1, "b": 2})
