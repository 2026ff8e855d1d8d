"""`/store/payment-collections` and their sessions (contract section 14, docs/checkout.md)."""

from __future__ import annotations

from kit.db import Database, run
from tests.support.storefront import Carts


async def sessions(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as connection:
        rows = await run(connection, "SELECT fate, provider_id FROM payment_session ORDER BY id")
    return [(row.fate, row.provider_id) for row in rows]


async def reasons(database: Database) -> list[str | None]:
    async with database.reading() as connection:
        rows = await run(connection, "SELECT released_because FROM payment_session ORDER BY id")
    return [row.released_because for row in rows]


async def releases(database: Database) -> int:
    async with database.reading() as connection:
        return len(await run(connection, "SELECT id FROM outbox_event WHERE name = 'start.release-session'"))


async def test_one_collection_per_cart(carts: Carts) -> None:
    cart_id = await carts.new()
    await carts.add(cart_id, "tee_m")
    first, second = [
        (await carts.ok("POST", "/payment-collections", {"cart_id": cart_id}))["payment_collection"] for _ in range(2)
    ]
    assert first == second
    assert (first["amount"], first["payment_sessions"]) == (21, [])


async def test_a_new_session_supersedes_the_one_before(carts: Carts, database: Database) -> None:
    cart_id = await carts.new()
    await carts.add(cart_id, "tee_m")
    first = await carts.session(cart_id)
    second = await carts.session(cart_id, "pp_test_rec")
    assert [session["provider_id"] for session in second["payment_sessions"]] == ["pp_test_rec"]
    assert first["payment_sessions"][0]["id"] != second["payment_sessions"][0]["id"]
    assert await sessions(database) == [("superseded", "pp_system_default"), ("open", "pp_test_rec")]
    assert await reasons(database) == ["superseded", None]
    assert await releases(database) == 1


async def test_a_change_of_the_total_ends_the_session(carts: Carts, database: Database) -> None:
    cart_id = await carts.new()
    await carts.add(cart_id, "tee_m")
    await carts.session(cart_id)
    cart = await carts.add(cart_id, "mug_v")
    assert cart["payment_collection"]["amount"] == cart["total"]
    assert cart["payment_collection"]["payment_sessions"] == []
    assert await sessions(database) == [("superseded", "pp_system_default")]
    assert await reasons(database) == ["superseded"]
    assert await releases(database) == 1


async def test_a_change_that_costs_nothing_keeps_the_session(carts: Carts, database: Database) -> None:
    cart_id = await carts.new()
    await carts.add(cart_id, "tee_m", 3)
    await carts.ok("POST", f"/carts/{cart_id}", {"shipping_address": {"country_code": "de"}})
    await carts.session(cart_id)
    await carts.ok("POST", f"/carts/{cart_id}", {"metadata": {"gift": "yes"}})
    assert await sessions(database) == [("open", "pp_system_default")]


async def test_a_provider_that_the_region_does_not_offer_is_refused(carts: Carts, database: Database) -> None:
    cart_id = await carts.new()
    await carts.add(cart_id, "tee_m")
    made = await carts.ok("POST", "/payment-collections", {"cart_id": cart_id})
    path = f"/payment-collections/{made['payment_collection']['id']}/payment-sessions"
    response = await carts.call("POST", path, {"provider_id": "pp_nope"})
    assert response.status_code == 400
    assert response.json()["message"].startswith("Payment provider pp_nope is not enabled in the cart's region reg_")
    assert await sessions(database) == []


async def test_a_provider_that_fails_leaves_no_session(carts: Carts, database: Database) -> None:
    cart_id = await carts.new()
    await carts.add(cart_id, "tee_m")
    made = await carts.ok("POST", "/payment-collections", {"cart_id": cart_id})
    path = f"/payment-collections/{made['payment_collection']['id']}/payment-sessions"
    response = await carts.call("POST", path, {"provider_id": "pp_test_rec", "data": {"behavior": "init_fail"}})
    assert (response.status_code, response.json()["type"]) == (500, "unknown_error")
    assert {fate for fate, _ in await sessions(database)} <= {"released", "releasing"}


async def test_the_same_key_opens_one_session(carts: Carts, database: Database) -> None:
    cart_id = await carts.new()
    await carts.add(cart_id, "tee_m")
    made = await carts.ok("POST", "/payment-collections", {"cart_id": cart_id})
    path = f"/payment-collections/{made['payment_collection']['id']}/payment-sessions"
    body = {"provider_id": "pp_system_default"}
    answers = [(await carts.call("POST", path, body, **{"idempotency-key": "k1"})).text for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(await sessions(database)) == 1
