"""`/store/payment-providers`: the recorded answers, and what is switched off."""

from __future__ import annotations

from httpx2 import AsyncClient

from kit.db import Database, run
from tests.support.recorded_shop import RecordedShop
from tests.support.recordings import Comparison, differences, recordings


async def test_every_recorded_answer_is_ours(
    client: AsyncClient, comparison: Comparison, storefront: dict[str, str]
) -> None:
    for recording in recordings("store_payment_providers"):
        found = await differences(client, recording, comparison, storefront)
        assert (recording.name, found) == (recording.name, [])


async def test_a_provider_that_is_not_installed_is_not_offered(
    client: AsyncClient, database: Database, shop: RecordedShop, storefront: dict[str, str]
) -> None:
    async with database.reading() as connection:
        await run(connection, "UPDATE payment_provider SET is_enabled = false WHERE id = 'pp_test_rec'")
    url = f"/store/payment-providers?region_id={shop.labels['region_eu']}"
    answer = (await client.get(url, headers=storefront)).json()
    assert [provider["id"] for provider in answer["payment_providers"]] == ["pp_system_default"]
