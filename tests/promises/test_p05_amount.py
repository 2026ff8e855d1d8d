"""Promise 5, as far as carts reach: an order costs what was authorised for it; without one the cart is usable."""

from __future__ import annotations

import random
from contextlib import suppress
from decimal import Decimal

import pytest

from commerce.checkout.outcome import Claim, Outcome, OutcomeKind, undecided
from kit.errors import CommerceError
from operations.begin_checkout import CHANGED
from operations.hand_over_checkout import hand_over_checkout
from operations.place_order import place_order
from operations.record_payment import Paid
from tests.promises.till import Till, without
from tests.support.small_shop import add_items

PROVIDER = "pp_keys"
DEARER = "UPDATE price SET amount = amount + 1"
BEHIND = ("UPDATE cart_line_item SET quantity = quantity + 1", "UPDATE cart SET version = version + 1")


async def edit(till: Till, cart_id: str, item: str = "pen") -> None:
    await till.database.transact(lambda s: add_items(s, till.shop, cart_id, {item: 1}))


async def usable(till: Till, cart_id: str) -> None:
    """Prove that the shopper can go on: another session for what the cart costs now, and an order of that amount."""
    await till.session(cart_id, PROVIDER)
    assert (await till.press(cart_id)).order_id is not None
    await till.rest()
    assert await till.wrong() == []


async def test_p05_a_price_that_changed_is_refused_and_the_new_total_can_be_paid(till: Till) -> None:
    cart_id = await till.cart({"pen": 2}, PROVIDER)
    await till.change(DEARER)
    told = await till.press(cart_id)
    assert (told.kind, told.message, told.order_id) == (OutcomeKind.REFUSED, CHANGED, None)
    assert await till.orders(cart_id) == []
    await usable(till, cart_id)
    assert await till.value("SELECT amount FROM payment_session WHERE order_id IS NOT NULL") == Decimal("5.98")


async def test_p05_mutation_without_the_recheck_the_old_price_is_taken(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never_looks(*_: object) -> None:
        """Hold the total against nothing."""

    monkeypatch.setattr("operations.begin_checkout._recheck", never_looks)
    cart_id = await till.cart({"pen": 2}, PROVIDER)
    await till.change(DEARER)
    assert (await till.press(cart_id)).order_id is not None
    assert await till.value("SELECT amount FROM payment_session WHERE order_id IS NOT NULL") == Decimal("3.98")


async def test_p05_an_edit_that_changes_the_total_takes_its_session_along(till: Till) -> None:
    cart_id = await till.cart({"pen": 1}, PROVIDER)
    await edit(till, cart_id)
    told = await till.press(cart_id)
    assert (told.kind, told.message) == (OutcomeKind.REFUSED, "Payment sessions are required to complete cart")
    await usable(till, cart_id)


async def test_p05_nothing_is_edited_while_the_money_is_on_its_way(till: Till) -> None:
    cart_id = await till.cart({"pen": 1}, PROVIDER)
    await till.begin(cart_id, "lost")
    with pytest.raises(CommerceError, match="You may retry the request"):
        await edit(till, cart_id)
    assert (await till.press(cart_id)).order_id is not None
    await till.rest()
    assert await till.wrong() == []


async def test_p05_an_edit_after_the_deadline_gives_the_money_back(till: Till) -> None:
    """The provider was silent for so long that the cart was free again; the money came for another cart."""
    cart_id = await till.cart({"pen": 1}, PROVIDER)
    session_id = await till.value("SELECT id FROM payment_session")
    claim = await till.begin(cart_id, "mine", seconds=0)
    word = await till.world.providers[PROVIDER].authorise((await till.world.load(session_id)).request)
    await edit(till, cart_id)
    end = await place(till, claim, word.held)
    assert end.kind == OutcomeKind.UNDECIDED
    await till.rest()
    assert await till.orders(cart_id) == []
    assert await till.wrong() == []
    await usable(till, cart_id)


async def place(till: Till, claim: Claim, held: Decimal) -> Outcome:
    return await till.database.transact(lambda s: place_order(s, claim, Paid("authorized", held)))


async def edited_behind(till: Till) -> tuple[Outcome, list[str]]:
    """Let a write that forgot the protocol change the cart between authorise and place."""
    cart_id = await till.cart({"pen": 1}, PROVIDER)
    session_id = await till.value("SELECT id FROM payment_session")
    claim = await till.begin(cart_id, "mine")
    word = await till.world.providers[PROVIDER].authorise((await till.world.load(session_id)).request)
    await till.change(*BEHIND)
    end = await place(till, claim, word.held)
    if end.order_id is None:
        await till.database.transact(lambda s: hand_over_checkout(s, claim))
    await till.rest()
    return end, await till.wrong()


async def test_p05_a_cart_of_another_version_is_not_placed(till: Till) -> None:
    assert await edited_behind(till) == (undecided(None), [])
    assert await till.value('SELECT count(*) FROM "order"') == 0


async def test_p05_mutation_without_the_version_an_order_costs_more_than_was_paid(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "operations.place_order._CLAIM", "AND c.version = a.cart_version")
    end, wrong = await edited_behind(till)
    assert end.order_id is not None
    assert any("an order does not cost what was paid" in sentence for sentence in wrong), wrong


@pytest.mark.parametrize("seed", range(3))
async def test_p05_edits_at_any_moment(till: Till, seed: int) -> None:
    """Edit, change prices, lose runs and pass deadlines in any order: each order costs what was paid for it."""
    dice = random.Random(seed)
    till.world.deadline = 0.2
    fake_moods = till.world.providers[PROVIDER].moods
    fake_moods.lost, fake_moods.late, fake_moods.latest = 0.3, 0.3, 0.3
    carts = [await till.cart({"pen": 1, "poster": 1}, None) for _ in range(3)]
    for _ in range(12):
        cart_id = dice.choice(carts)
        with suppress(CommerceError):
            match dice.randrange(5):
                case 0:
                    await edit(till, cart_id, dice.choice(["pen", "ebook"]))
                case 1:
                    await till.change("UPDATE price SET amount = amount + 0.5")
                case 2:
                    till.world.lose_the_store()
                case 3:
                    till.world.start("complete-cart", cart_id)
                case 4:
                    await till.session(cart_id, PROVIDER)
    await till.rest()
    assert await till.wrong() == []
    for cart_id in carts:
        if not await till.orders(cart_id):
            await till.session(cart_id, PROVIDER)
            told = await till.press(cart_id)
            if told.order_id is None:  # a price changed that no write has shown yet: once, and then it is shown
                assert told.message == CHANGED
                await usable(till, cart_id)
    await till.rest()
    assert await till.wrong() == []
