"""kill -9 of each part, of all at once and at random, during bursts of 40 completes in every mood of the provider."""

from __future__ import annotations

import pytest

from tests.faults.audit import audit
from tests.faults.bursts import burst, killing, killing_at_random, mixed
from tests.faults.shop import Shop
from tests.faults.shopper import End
from tests.faults.storefront import Goods, Storefront

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.faults, pytest.mark.timeout(240)]


async def test_every_mood_of_the_provider_ends_well_without_any_kill(
    shop: Shop, store: Storefront, goods: Goods
) -> None:
    done = await burst(shop, store, goods, mixed(62))
    report = await audit(shop, done)
    assert report.is_clean, report
    assert {visit.end for visit in done} == {End.ORDERED}


@pytest.mark.parametrize("part", ["worker", "api", "temporal", "postgres"])
async def test_killing_a_part_loses_and_doubles_nothing(part: str, shop: Shop, store: Storefront, goods: Goods) -> None:
    report = await audit(shop, await burst(shop, store, goods, mixed(40), chaos=killing(part, times=2)))
    assert report.is_clean, report


async def test_killing_everything_at_once_loses_and_doubles_nothing(
    shop: Shop, store: Storefront, goods: Goods
) -> None:
    report = await audit(shop, await burst(shop, store, goods, mixed(40), chaos=killing(after=1)))
    assert report.is_clean, report


async def test_kills_at_random_lose_and_double_nothing(shop: Shop, store: Storefront, goods: Goods) -> None:
    report = await audit(shop, await burst(shop, store, goods, mixed(40), chaos=killing_at_random(5)))
    assert report.is_clean, report
