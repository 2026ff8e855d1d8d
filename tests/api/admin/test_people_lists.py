"""Every list of people costs two statements, whatever it is asked for and however long it is (promise 22)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from api.state import State
from commerce.api_key.models import ApiKeySalesChannel
from commerce.api_key.service import create_secret_key
from commerce.customer.addresses import add_address
from commerce.customer.groups import change_customers_of_group, create_group
from commerce.customer.models import Customer
from commerce.user.invites import create_invite
from commerce.user.service import create_user
from kit.db import Database, save
from tests.support.statements import recorded_statements

LISTS: Final = (
    "/admin/customers?fields=%2B*groups,%2B*addresses,%2B*orders&q=people&order=-email",
    "/admin/customers?has_account=true&groups[]=x&created_at[$gte]=2020-01-01",
    "/admin/customer-groups?fields=%2B*customers&limit=1000",
    "/admin/customers/cus_1/addresses?q=street",
    "/admin/users?q=people",
    "/admin/invites?$or[0][email]=x&$or[1][email]=y",
    "/admin/api-keys?type=publishable&q=front",
    "/admin/api-keys",
    "/store/customers/me/addresses",
)


async def people(session: AsyncSession, numbers: Sequence[int], channel_id: str) -> None:
    for n in numbers:
        row = Customer(email=f"people{n}@example.com", first_name="Ada")
        await save(session, row)
        group = await create_group(session, f"Group {n}")
        await change_customers_of_group(session, group.id, add=[row.id, "cus_1"], remove=[])
        await add_address(session, "cus_1", {"address_1": f"Street {n}"})
        await create_user(session, f"people{n}@example.com")
        await create_invite(session, f"guest{n}@example.com")
        key, _ = await create_secret_key(session, f"Key {n}")
        await save(session, ApiKeySalesChannel(api_key_id=key.id, sales_channel_id=channel_id))


async def test_a_list_costs_two_statements(
    *,
    client: AsyncClient,
    state: State,
    database: Database,
    admin: dict[str, str],
    customer: dict[str, str],
    channel_id: str,
) -> None:
    costs: dict[str, list[int]] = {path: [] for path in LISTS}
    for numbers in (range(1), range(1, 30)):
        await database.transact(lambda session, these=numbers: people(session, these, channel_id))  # type: ignore[misc]
        for path, cost in costs.items():
            headers = customer if path.startswith("/store") else admin
            assert (await client.get(path, headers=headers)).status_code == 200  # whoever asks was seen a moment ago
            with recorded_statements(state.database) as sent:
                answer = (await client.get(path, headers=headers)).json()
            assert answer["offset"] == 0
            cost.append(len([each for each in sent if "t0" in each]))
            assert len(sent) == cost[-1], sent
    assert all(max(cost) <= 2 for cost in costs.values()), costs
    assert [cost for path, cost in costs.items() if "=x" not in path] == [[2, 2]] * (len(LISTS) - 2)
