"""What a shop is set up with, in lists: a long one costs as many statements as a list of one."""

from __future__ import annotations

import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from api.state import State
from commerce.layout.service import set_own_layout
from commerce.notification.models import Notification
from commerce.order.return_reason import create_return_reason
from commerce.payment.refund_reason import create_refund_reason
from commerce.tax.service import NewTaxRate, create_tax_region
from kit.db import Database, save
from operations.create_region import create_region
from operations.seed.first_start import first_start
from operations.set_store_currencies import set_store_currencies
from tests.support.statements import recorded_statements

COUNTRIES = (
    *("at", "be", "bg", "hr", "cy", "cz", "dk", "ee", "fi", "fr", "de", "gr", "hu", "ie", "it", "lv", "lt", "lu"),
    *("mt", "nl", "pl", "pt", "ro", "sk", "si", "es", "se", "no", "ch", "gb"),
)
CURRENCIES = ("eur", "usd", "jpy", "gbp", "dkk", "sek", "nok", "chf")
ADMIN = (
    *("/admin/regions?fields=*countries,*payment_providers&", "/admin/currencies?", "/admin/stores?"),
    *("/admin/tax-regions?", "/admin/tax-rates?", "/admin/tax-providers?", "/admin/return-reasons?"),
    *("/admin/refund-reasons?", "/admin/notifications?", "/admin/layouts/configurations?"),
)
STORE = ("/store/regions?", "/store/currencies?", "/store/return-reasons?")


@pytest.fixture
async def _full_shop(database: Database, admin_id: str) -> None:
    async def fill(session: AsyncSession) -> None:
        start = await first_start(session, payment_providers=["pp_system_default"])
        await set_store_currencies(session, start.store_id, {code: code == "eur" for code in CURRENCIES})
        parent = None
        for country in COUNTRIES:
            await create_region(
                session, name=country, currency_code="eur", countries=[country], payment_providers=["pp_system_default"]
            )
            rate = NewTaxRate("VAT", country, None, is_default=True, rules=[("product", "prod_1")])
            region = await create_tax_region(session, country, provider_id="tp_system", default_rate=rate)
            await create_tax_region(session, country, province_code="x", parent_id=region.id, default_rate=rate)
            reason = await create_return_reason(session, value=country, label="x", parent_return_reason_id=parent)
            parent = reason.id
            await create_refund_reason(session, country, country)
            await save(session, Notification(to="", channel="feed", template=country))
            await set_own_layout(session, country, admin_id, {"widgets": {}})

    await database.transact(fill)


@pytest.mark.usefixtures("_full_shop")
async def test_a_long_list_costs_as_many_statements_as_a_short_one(
    client: AsyncClient, state: State, admin: dict[str, str], store: dict[str, str]
) -> None:
    await client.get("/store/regions", headers=store)  # the key is known from now on
    for headers, paths in ((admin, ADMIN), (store, STORE)):
        for path in paths:
            sent = []
            for limit in (1, 200):
                with recorded_statements(state.database) as statements:
                    answer = await client.get(f"{path}limit={limit}&order=-created_at", headers=headers)
                assert answer.status_code == 200, answer.text
                sent.append(len(statements))
            assert sent == [2, 2], path
            told = answer.json()
            (rows,) = (value for value in told.values() if isinstance(value, list))
            assert len(rows) == told["count"]
            assert len(rows) >= len(COUNTRIES) or path.startswith(("/admin/stores", "/admin/tax-providers"))
