"""Codes and cards are not tried one after the other; the checkout runs for real (promise 27)."""

from __future__ import annotations

import pytest

from api.state import State
from kit.db import run
from kit.limits import door
from tests.api.store.test_complete import complete, payable, running, session
from tests.api.store.test_promotions import apply, filled
from tests.support.checkout_shop import Motor
from tests.support.storefront import Carts

__all__ = ["running"]


def limit(state: State, **doors: str) -> None:
    """Set the limits of doors, as the environment would."""
    changes = {f"throttle_{name}": door(text) for name, text in doors.items()}
    state.settings = state.settings.model_copy(update=changes)


async def test_p27_cards_are_not_tested_and_honest_shoppers_still_buy(
    carts: Carts, state: State, running: Motor
) -> None:
    """Three declines a cart and five an address; a cart that pays gives its attempt back."""
    limit(state, completes="5/600 3/600")
    for _ in range(6):
        assert (await complete(carts, await payable(carts))).json()["type"] == "order"
    tested = await payable(carts, "decline")
    ends = []
    for _ in range(4):
        ends.append((await complete(carts, tested)).status_code)
        if ends[-1] != 429:
            await session(carts, tested, {"behavior": "decline"})
    assert ends == [400, 400, 400, 429]
    refused = await complete(carts, tested)
    assert (refused.json()["type"], int(refused.headers["retry-after"]) > 0) == ("too_many_requests", True)
    ends = [(await complete(carts, await payable(carts, behavior))).status_code for behavior in ("throw", "decline")]
    assert ends == [200, 400]  # a declined cart is a 200, and counts
    honest = await payable(carts)
    assert (await complete(carts, honest)).status_code == 429  # five failures from one address: the others wait
    await running.database.transact(lambda s: run(s, "UPDATE throttle SET full_at = full_at - interval '2 minutes'"))
    assert (await complete(carts, honest)).json()["type"] == "order"


async def test_p27_sessions_of_payment_are_not_opened_without_end(carts: Carts, state: State) -> None:
    limit(state, payment_sessions="100/600 3/600")
    cart_id = await payable(carts)  # the first
    made = await carts.ok("POST", "/payment-collections", {"cart_id": cart_id})
    path = f"/payment-collections/{made['payment_collection']['id']}/payment-sessions"
    ends = [(await carts.call("POST", path, {"provider_id": "pp_system_default"})).status_code for _ in range(4)]
    assert ends == [200, 200, 429, 429]
    assert await payable(carts)


@pytest.mark.usefixtures("promoted")
async def test_p27_codes_are_not_guessed_however_they_are_sent(carts: Carts, state: State) -> None:
    limit(state, codes="8/600 5/600")
    cart_id = await filled(carts)
    for _ in range(7):
        assert (await apply(carts, cart_id, "TEN"))["promotions"]  # a code that is right costs nothing
    guesses = [f"GUESS{n}" for n in range(30)]
    path = f"/carts/{cart_id}/promotions"
    assert (await carts.call("POST", path, {"promo_codes": guesses})).status_code == 429  # thirty guesses are thirty
    assert (await carts.call("POST", path, {"promo_codes": guesses[:3]})).status_code == 400
    assert (await carts.call("POST", f"/carts/{cart_id}", {"promo_codes": guesses[3:5]})).status_code == 400
    assert (await carts.call("POST", path, {"promo_codes": ["TEN"]})).status_code == 429
    region = {"region_id": carts.labels["region_eu"]}
    made = [await carts.call("POST", "/carts", {**region, "promo_codes": [guess]}) for guess in guesses[5:9]]
    assert [each.status_code for each in made][-1] == 429  # from one address, whatever the cart
    assert (await carts.call("POST", "/carts", region)).status_code == 200
