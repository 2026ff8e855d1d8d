"""What the command line puts into a database, and what it sees there."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr

from api.app import create_app
from euryale.cli.contents import read_contents, repoint_pictures
from euryale.cli.data import create_database, migrate
from euryale.cli.dev.fake_payments import settings_of
from euryale.cli.seed import Admin, add_catalogue, create_admin, seed
from kit.errors import CommerceError
from kit.settings import Settings
from migrations.upgrade import config
from migrations.version import is_newest, newest
from tests.support.moody import plugged
from tests.support.servers import at


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, files_dir=tmp_path / "files", public_url="http://localhost:9000")


async def offers(settings: Settings, provider: str) -> int:
    connection = await asyncpg.connect(settings.database_url)
    count = "SELECT count(*) FROM region_payment_provider WHERE payment_provider_id = $1"
    found: int = await connection.fetchval(count, provider)
    await connection.close()
    return found


async def test_a_bare_first_start_sells_nothing_but_is_complete(settings: Settings) -> None:
    await seed(settings, demo=False)
    found = await read_contents(settings.database_url)
    assert found.publishable_key
    assert found.regions == []
    assert not found.needs_seed(settings, demo=False)
    assert found.needs_seed(settings, demo=True)


async def test_the_demo_shop_is_made_once(settings: Settings) -> None:
    assert await seed(settings, demo=True, admin=Admin("a@example.com", "secret"))
    first = await read_contents(settings.database_url)
    assert not await seed(settings, demo=True, admin=Admin("a@example.com", "other"))
    assert await read_contents(settings.database_url) == first
    assert not first.needs_seed(settings, demo=True)
    assert {region["currency_code"]: len(region["countries"]) > 0 for region in first.regions} == {
        "eur": True,
        "usd": True,
    }


async def test_the_sandbox_is_offered_in_a_shop_that_is_already_there(settings: Settings) -> None:
    await seed(settings, demo=True)
    cruel = settings.model_copy(update={"sandbox_url": "http://127.0.0.1:1"})
    assert (await read_contents(settings.database_url)).needs_seed(cruel, demo=True)
    await seed(cruel, demo=True)
    found = await read_contents(settings.database_url)
    assert not found.needs_seed(cruel, demo=True)
    assert await offers(settings, "pp_sandbox_sandbox") == len(found.regions)


async def test_the_vendors_stand_ins_are_offered_and_the_next_start_takes_them_back(settings: Settings) -> None:
    await seed(settings, demo=True)
    fake = settings.model_copy(update=settings_of({"stripe": "http://127.0.0.1:1", "paypal": "http://127.0.0.1:2"}))
    assert (await read_contents(settings.database_url)).needs_seed(fake, demo=True)
    await seed(fake, demo=True)
    found = await read_contents(settings.database_url)
    assert not found.needs_seed(fake, demo=True)
    for provider in ("pp_stripe_stripe", "pp_paypal_paypal"):
        assert await offers(settings, provider) == len(found.regions)
    assert found.needs_seed(settings, demo=True), "without them they are not on offer"


async def test_a_real_account_is_offered_where_the_merchant_wants_it(settings: Settings) -> None:
    await seed(settings, demo=True)
    real = {"stripe_api_key": SecretStr("sk_live"), "paypal_client_id": "shop", "paypal_secret": SecretStr("secret")}
    await seed(settings.model_copy(update=real), demo=True)
    assert await offers(settings, "pp_stripe_stripe") == await offers(settings, "pp_paypal_paypal") == 0


async def test_a_recording_offers_its_payment_provider_and_the_next_start_takes_it_back(settings: Settings) -> None:
    recording = settings.model_copy(update={"recorded_payments": True})
    await seed(recording, demo=False)
    found = await read_contents(settings.database_url)
    assert not found.needs_seed(recording, demo=False)
    assert found.needs_seed(settings, demo=False)


async def test_a_plugins_providers_are_known_after_the_next_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seed(settings, demo=False)
    monkeypatch.setattr("providers.registry.entry_points", plugged)
    await seed(settings, demo=False)
    connection = await asyncpg.connect(settings.database_url)
    known = "SELECT id FROM tax_provider WHERE is_enabled UNION SELECT id FROM fulfillment_provider WHERE is_enabled"
    found = {row["id"] for row in await connection.fetch(known)}
    await connection.close()
    assert found == {"manual_manual", "moody_moody", "tp_moody", "tp_system"}


async def test_a_catalogue_grows_to_the_number_asked_for_and_is_for_sale(settings: Settings) -> None:
    await seed(settings, demo=True)
    told: list[int] = []
    for wanted in (3, 5, 5):
        await add_catalogue(settings, wanted, told.append)
    assert told == [3, 5]
    token = (await read_contents(settings.database_url)).publishable_key
    app = create_app(settings.model_copy(update={"jwt_secret": "x" * 32}))
    fields = "title,*variants.calculated_price,*variants.options,+variants.inventory_quantity,*images,*tags,*categories"
    query = {"q": "catalogue.", "fields": f"{fields},*collection,*type,*options.values"}
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://api") as client:
        headers = {"x-publishable-api-key": token or ""}
        region_id = (await client.get("/store/regions", headers=headers)).json()["regions"][0]["id"]
        answer = (await client.get("/store/products", params={**query, "region_id": region_id}, headers=headers)).json()
    await app.state.parts.database.close()
    assert [product["title"].rpartition(" ")[2] for product in answer["products"]] == ["1", "2", "3", "4", "5"]
    for product in answer["products"]:
        assert [variant["options"][0]["value"] for variant in product["variants"]] == ["S", "M", "L"]
        assert all(variant["calculated_price"]["calculated_amount"] > 0 for variant in product["variants"])
        assert all(variant["inventory_quantity"] > 0 for variant in product["variants"])
        assert [len(product[name]) for name in ("images", "tags", "categories", "options")] == [2, 2, 1, 1]
        assert product["collection"]["title"]
        assert product["type"]["value"]


async def test_pictures_follow_the_port(settings: Settings) -> None:
    await seed(settings, demo=True)
    await repoint_pictures(settings.database_url, "http://localhost:9100/static")
    connection = await asyncpg.connect(settings.database_url)
    urls = [row["url"] for row in await connection.fetch("SELECT url FROM image UNION SELECT thumbnail FROM product")]
    await connection.close()
    names = {url.removeprefix("http://localhost:9100/static/") for url in urls}
    assert names
    assert names <= {file.name for file in settings.files_dir.iterdir()}


async def test_a_second_admin_of_the_same_address_is_refused(settings: Settings) -> None:
    await create_admin(settings, Admin("a@example.com", "secret"))
    with pytest.raises(CommerceError, match="already a user"):
        await create_admin(settings, Admin("a@example.com", "other"))


async def test_a_new_database_is_created_and_migrated_once(postgres_url: str, request: pytest.FixtureRequest) -> None:
    name = f"cli_{abs(hash(request.node.nodeid))}"
    await create_database(postgres_url, name)
    await create_database(postgres_url, name)
    assert not await is_newest(at(postgres_url, name))
    await migrate(at(postgres_url, name))
    assert await is_newest(at(postgres_url, name))


def test_the_newest_revision_is_alembics_head() -> None:
    assert newest() == set(ScriptDirectory.from_config(config()).get_heads())
