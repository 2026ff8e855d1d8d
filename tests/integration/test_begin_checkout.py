"""begin: the checks of contract section 13, the reservation of section 21, adoption and overdue attempts."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from commerce.cart.rules import NewItem
from commerce.checkout.outcome import OutcomeKind
from kit.db import Database, run
from kit.errors import CommerceError
from operations.add_line_items import add_line_items
from operations.begin_checkout import CHANGED
from operations.lock_cart import lock_cart
from operations.place_order import place_order
from operations.record_payment import Paid
from tests.support.checkout_steps import PROVIDER, Steps
from tests.support.small_shop import add_items
from tests.support.statements import recorded_statements


async def words(steps: Steps, cart_id: str) -> str:
    begun = await steps.begin(cart_id)
    assert begun.outcome is not None
    assert begun.outcome.kind == OutcomeKind.REFUSED
    assert await steps.attempts(cart_id) == []
    return begun.outcome.message


class TestChecks:
    async def test_an_unknown_cart(self, steps: Steps) -> None:
        begun = await steps.begin("cart_nope")
        assert begun.outcome is not None
        assert begun.outcome.type == "not_found"

    async def test_no_items(self, steps: Steps) -> None:
        assert await words(steps, await steps.cart()) == "Cannot complete a cart with no items"

    async def test_no_collection(self, steps: Steps) -> None:
        cart = await steps.cart(pen=1)
        async with steps.database.engine.begin() as connection:
            await run(connection, "DELETE FROM payment_collection")
        assert await words(steps, cart) == "Payment collection has not been initiated for cart"

    async def test_no_session(self, steps: Steps) -> None:
        assert await words(steps, await steps.cart(pen=1)) == "Payment sessions are required to complete cart"

    async def test_a_session_of_another_amount_is_none(self, steps: Steps) -> None:
        cart, session = await steps.payable(pen=1)
        async with steps.database.engine.begin() as connection:
            await run(connection, "UPDATE payment_session SET amount = 1 WHERE id = $1", session)
        assert await words(steps, cart) == "Payment sessions are required to complete cart"

    async def test_a_provider_that_is_no_longer_offered(self, steps: Steps) -> None:
        cart, _ = await steps.payable(pen=1)
        async with steps.database.engine.begin() as connection:
            await run(connection, "UPDATE payment_provider SET is_enabled = false")
        region = steps.shop.region_id
        assert await words(steps, cart) == f"Payment provider {PROVIDER} is not enabled in the cart's region {region}."

    async def test_shipping_is_needed(self, steps: Steps) -> None:
        cart, _ = await steps.payable(pen=1)
        async with steps.database.engine.begin() as connection:
            await run(connection, "UPDATE cart_line_item SET requires_shipping = true")
        missing = "No shipping method selected but the cart contains items that require shipping."
        assert await words(steps, cart) == missing

    async def test_p05_a_price_that_changed_is_shown_before_it_is_charged(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=2)
        async with steps.database.engine.begin() as connection:
            await run(connection, "UPDATE price SET amount = 11 WHERE amount = 10")
        assert await words(steps, cart) == CHANGED
        assert await steps.fate(session) == "superseded"
        assert await steps.asked("release-session") == [session]
        assert await steps.value("SELECT (totals ->> 'total')::numeric FROM cart WHERE id = $1", cart) == 22
        await steps.session(cart)
        assert (await steps.place(await steps.claim(cart, "run_2"))).kind == OutcomeKind.ORDER

    async def test_a_free_cart_needs_no_payment(self, steps: Steps) -> None:
        begun = await steps.begin(await steps.cart(gift=1))
        assert begun.attempt_id is not None
        assert begun.session_id is None


class TestStock:
    async def test_reservations_carry_the_order_lines_ids(self, steps: Steps) -> None:
        cart, _ = await steps.payable(mug=2, kit=1)
        claim = await steps.claim(cart)
        assert await steps.stock("mug") == [(4, 0), (0, 0)]
        assert await steps.stock("pen") == [(1, 0), (0, 0)]
        lines = await steps.value("SELECT planned_lines FROM checkout_attempt WHERE id = $1", claim.attempt_id)
        reserved = await steps.rows("SELECT line_item_id, quantity FROM reservation_item")
        assert {line for line, _ in reserved} == set(lines.values())
        assert sorted(int(quantity) for _, quantity in reserved) == [1, 2, 2]

    async def test_p06_lines_that_share_an_item_share_its_stock(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=1)
        await steps.database.transact(lambda s: add_items(s, steps.shop, cart, {"kit": 2}))
        await steps.session(cart)
        async with steps.database.engine.begin() as connection:
            await run(
                connection,
                "UPDATE inventory_level SET stocked_quantity = 4 WHERE inventory_item_id = $1 AND stocked_quantity = 5",
                steps.shop.items["mug"],
            )
        begun = await steps.begin(cart)
        assert begun.outcome is not None
        item, place = steps.shop.items["mug"], steps.shop.locations[0]
        assert begun.outcome.message == f"Not enough stock available for item {item} at location {place}"
        assert begun.may_hold_money
        assert await steps.stock("mug") == [(0, 0), (0, 0)]
        assert await steps.fate(session) == "superseded"

    async def test_a_line_goes_where_it_is_covered_alone(self, steps: Steps) -> None:
        cart, _ = await steps.payable(mug=4)
        sql = "UPDATE inventory_level SET stocked_quantity = $3 WHERE inventory_item_id = $1 AND location_id = $2"
        async with steps.database.engine.begin() as connection:
            for place, units in zip(steps.shop.locations, (3, 9), strict=True):
                sql = (
                    "UPDATE inventory_level SET stocked_quantity = $3 WHERE inventory_item_id = $1 AND location_id = $2"
                )
                await run(connection, sql, steps.shop.items["mug"], place, Decimal(units))
        await steps.claim(cart)
        assert await steps.stock("mug") == [(0, 0), (4, 0)]

    async def test_what_may_be_backordered_goes_beyond_stock(self, steps: Steps) -> None:
        cart, _ = await steps.payable(poster=5)
        claim = await steps.claim(cart)
        assert await steps.stock("poster") == [(5, 3), (0, 0)]
        await steps.hand_over(claim)
        assert await steps.stock("poster") == [(0, 0), (0, 0)]

    async def test_p06_no_oversell(self, steps: Steps) -> None:
        """Twelve carts for five mugs, at once."""
        carts = [(await steps.payable(mug=1))[0] for _ in range(12)]
        begun = await asyncio.gather(*[steps.begin(cart, f"run_{cart}") for cart in carts])
        assert sum(each.attempt_id is not None for each in begun) == 5
        assert await steps.stock("mug") == [(5, 0), (0, 0)]

    async def test_p06_not_even_raw_sql_oversells(self, steps: Steps) -> None:
        async with steps.database.engine.connect() as connection:
            with pytest.raises(Exception, match="no_oversell"):
                await run(connection, "UPDATE inventory_level SET reserved_quantity = stocked_quantity + 1")


class TestOneAttempt:
    async def test_the_same_run_hears_the_same(self, steps: Steps) -> None:
        cart, _ = await steps.payable(mug=1)
        first, second = await steps.begin(cart), await steps.begin(cart)
        assert first.attempt_id == second.attempt_id
        assert await steps.stock("mug") == [(1, 0), (0, 0)]

    async def test_a_new_run_adopts_and_the_old_one_commits_nothing(self, steps: Steps) -> None:
        cart, _ = await steps.payable(mug=1)
        old, new = await steps.claim(cart, "run_1"), await steps.claim(cart, "run_2")
        assert old.attempt_id == new.attempt_id
        assert (await steps.place(old)).kind == OutcomeKind.UNDECIDED
        assert (await steps.hand_over(old)).kind == OutcomeKind.UNDECIDED
        assert await steps.attempts(cart) == ["open"]
        assert (await steps.place(new)).kind == OutcomeKind.ORDER

    async def test_an_ordered_cart_answers_its_order(self, steps: Steps) -> None:
        cart, _ = await steps.payable(mug=1)
        order = await steps.place(await steps.claim(cart))
        for run_id in ("run_1", "run_2"):
            outcome = (await steps.begin(cart, run_id)).outcome
            assert outcome is not None
            assert outcome.order_id == order.order_id

    async def test_an_overdue_attempt_is_handed_over_and_undecided(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=1)
        await steps.claim(cart, deadline=0)
        begun = await steps.begin(cart, "run_2")
        assert begun.outcome is not None
        assert begun.outcome.kind == OutcomeKind.UNDECIDED
        assert await steps.attempts(cart) == ["handed_over"]
        assert await steps.stock("mug") == [(0, 0), (0, 0)]
        assert await steps.asked("resolve-session") == [session]

    async def test_an_overdue_free_order_is_simply_tried_again(self, steps: Steps) -> None:
        cart = await steps.cart(gift=1)
        await steps.claim(cart, deadline=0)
        assert (await steps.begin(cart, "run_2")).attempt_id is not None
        assert await steps.attempts(cart) == ["refused", "open"]

    async def test_a_new_session_sets_a_handed_over_cart_free(self, steps: Steps) -> None:
        cart, first = await steps.payable(mug=1)
        await steps.hand_over(await steps.claim(cart))
        second = await steps.session(cart)
        assert await steps.fate(first) == "superseded"
        assert (await steps.begin(cart, "run_2")).session_id == second


class TestCartWrites:
    async def test_meet_a_running_checkout(self, steps: Steps) -> None:
        cart, _ = await steps.payable(mug=1)
        await steps.claim(cart)
        with pytest.raises(CommerceError) as refused:
            await steps.database.transact(lambda s: add_items(s, steps.shop, cart, {"pen": 1}))
        assert (refused.value.type, refused.value.code) == ("conflict", "invalid_state_error")

    async def test_hand_an_overdue_checkout_over(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=1)
        await steps.claim(cart, deadline=0)
        await steps.database.transact(lambda s: add_items(s, steps.shop, cart, {"pen": 1}))
        assert await steps.attempts(cart) == ["handed_over"]
        assert await steps.fate(session) == "superseded"

    async def test_are_over_when_the_cart_is_an_order(self, steps: Steps) -> None:
        cart, _ = await steps.payable(mug=1)
        await steps.place(await steps.claim(cart))
        with pytest.raises(CommerceError, match=f"Cart {cart} is already completed."):
            await steps.database.transact(lambda s: lock_cart(s, cart))

    async def test_a_blocked_second_writer_sees_what_the_first_wrote(self, steps: Steps) -> None:
        """docs/checkout.md rule 1: the lock is a statement of its own."""
        cart, _ = await steps.payable(mug=1)
        locked, go = asyncio.Event(), asyncio.Event()

        async def first() -> None:
            async def work(session: object) -> None:
                await add_items(session, steps.shop, cart, {"ebook": 1})  # type: ignore[arg-type]
                locked.set()
                await go.wait()

            await steps.database.transact(work)

        writer = asyncio.create_task(first())
        await locked.wait()
        second = asyncio.create_task(steps.begin(cart))
        await asyncio.sleep(0.2)
        assert not second.done(), "it waits for the lock"
        go.set()
        await writer
        outcome = (await second).outcome
        assert outcome is not None
        assert outcome.message == "Payment sessions are required to complete cart", "the new line changed the total"


@pytest.mark.parametrize("number", [1, 12])
async def test_p22_as_many_statements_for_many_lines(steps: Steps, database: Database, number: int) -> None:
    cart = await steps.cart(mug=1, pen=1, kit=1, poster=1)
    more = [NewItem(steps.shop.variants["pen"], Decimal(1), {"line": n}) for n in range(number - 1)]
    await database.transact(lambda s: add_line_items(s, cart, more))
    await steps.session(cart)
    with recorded_statements(database) as begun:
        claim = await steps.claim(cart)
    word = Paid("captured", captured=await steps.value("SELECT amount FROM checkout_attempt"))
    with recorded_statements(database) as placed:
        assert (await database.transact(lambda s: place_order(s, claim, word))).kind == OutcomeKind.ORDER
    assert (len(begun), len(placed)) == (10, 12), (begun, placed)
