"""`/store/currencies`: the recorded answers."""

from __future__ import annotations

from httpx2 import AsyncClient

from tests.support.recordings import Comparison, differences, recordings


async def test_every_recorded_answer_is_ours(
    client: AsyncClient, comparison: Comparison, storefront: dict[str, str]
) -> None:
    for recording in recordings("store_currencies"):
        found = await differences(client, recording, comparison, storefront)
        assert (recording.name, found) == (recording.name, [])


async def test_a_currency_that_is_not_there(client: AsyncClient, storefront: dict[str, str]) -> None:
    answer = await client.get("/store/currencies/zzz", headers=storefront)
    assert (answer.status_code, answer.json()["type"]) == (404, "not_found")
