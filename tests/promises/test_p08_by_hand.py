"""Promise 8, and 6, with an admin between the shoppers: reservations by hand, and stock that is set."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from commerce.inventory.reservations import create_reservation, delete_reservation, update_reservation
from commerce.inventory.service import LevelChange, update_level
from kit.errors import CommerceError
from tests.promises.test_p08_reservations import Walk
from tests.promises.till import Till, without

MORE = "ALTER TABLE inventory_level DROP CONSTRAINT ck_inventory_level_no_oversell"


class AdminsWalk(Walk):
    """The shoppers' walk, with an admin who takes a hand in everything, the checkouts' reservations too."""

    def acts(self) -> list[Callable[[], Awaitable[None]]]:
        return [*super().acts(), *[self.reserve] * 2, *[self.change] * 3, self.delete, *[self.count] * 3]

    async def reserve(self) -> None:
        item, place = self.dice.choice(list(self.till.shop.items.values())), self.dice.choice(self.till.shop.locations)
        units = Decimal(self.dice.randint(1, 4))
        await self.till.database.transact(
            lambda s: create_reservation(s, inventory_item_id=item, location_id=place, quantity=units)
        )

    async def change(self) -> None:
        id_ = await self._some_reservation()
        given = {
            "quantity": Decimal(self.dice.randint(1, 4)),
            "location_id": self.dice.choice(self.till.shop.locations),
        }
        key = self.dice.choice(["quantity", "location_id", None])
        changed = given if key is None else {key: given[key]}
        await self.till.database.transact(lambda s: update_reservation(s, id_, changed))

    async def delete(self) -> None:
        id_ = await self._some_reservation()
        await self.till.database.transact(lambda s: delete_reservation(s, id_))

    async def count(self) -> None:
        """Count a shelf, and find more or less than was thought."""
        item, place = self.dice.choice(list(self.till.shop.items.values())), self.dice.choice(self.till.shop.locations)
        units = Decimal(self.dice.randint(0, 6))
        await self.till.database.transact(lambda s: update_level(s, LevelChange(item, place, units)))

    async def _some_reservation(self) -> str:
        rows = await self.till.rows("SELECT id FROM reservation_item ORDER BY id")
        return str(self.dice.choice(rows).id) if rows else "resitem_none"


@pytest.mark.parametrize("seed", range(3))
async def test_p08_reserved_is_the_sum_whatever_an_admin_does(till: Till, seed: int) -> None:
    made = AdminsWalk(till, random.Random(seed))
    assert await made.walk(80) == []
    assert made.taken, "nothing was ever reserved"


@pytest.mark.parametrize(
    ("statement", "guard", "instead"),
    [
        ("reservations._GIVE_BACK", "- $3::numeric", "- 0 * $3::numeric"),
        ("reservations._TAKE", "+ $3::numeric", "+ 0 * $3::numeric"),
        ("service._SHARE_SHORTAGE", "least(r.quantity, n.short)", "least(r.quantity, 0)"),
    ],
)
async def test_p08_mutation_an_admin_whose_hand_does_not_count(
    till: Till, monkeypatch: pytest.MonkeyPatch, statement: str, guard: str, instead: str
) -> None:
    without(monkeypatch, f"commerce.inventory.{statement}", guard, instead)
    await till.change("ALTER TABLE inventory_level DROP CONSTRAINT ck_inventory_level_reserved")
    assert await AdminsWalk(till, random.Random(1)).walk(80)


async def reserve_at_once(till: Till) -> list[str]:
    """Let eight admins reserve two mugs each of five, at the same time."""
    item, place = till.shop.items["mug"], till.shop.locations[0]

    async def reserve() -> None:
        await till.database.transact(
            lambda s: create_reservation(s, inventory_item_id=item, location_id=place, quantity=Decimal(2))
        )

    ends = await asyncio.gather(*[reserve() for _ in range(8)], return_exceptions=True)
    assert all(end is None or isinstance(end, CommerceError) for end in ends), ends
    return [str(row) for row in await till.rows("SELECT id FROM inventory_level WHERE reserved_quantity > 5")]


async def test_p06_reservations_by_hand_stop_where_the_stock_ends(till: Till) -> None:
    await till.change(MORE)
    assert await reserve_at_once(till) == []


async def test_p06_mutation_reservations_by_hand_without_the_condition(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await till.change(MORE)
    without(
        monkeypatch, "commerce.inventory.reservations._TAKE", "AND stocked_quantity - reserved_quantity >= $3::numeric"
    )
    assert await reserve_at_once(till)
