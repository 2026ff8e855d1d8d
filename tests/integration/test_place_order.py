"""place: everything a cart has becomes its order's, once, with the money that paid for it."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from commerce.checkout.outcome import OutcomeKind
from kit.db import run
from kit.errors import CommerceError
from tests.support.checkout_audit import audit
from tests.support.checkout_steps import DECLINED, PROVIDER, RAISED, Steps
from tests.support.small_shop import total_of

PARTS = (
    "INSERT INTO cart_address (id, city, country_code) VALUES ('caaddr_1', 'Berlin', 'de')",
    "UPDATE cart SET shipping_address_id = 'caaddr_1', metadata = '{\"gift\": 1}' WHERE id = $1",
    "INSERT INTO cart_line_item_tax_line (id, code, rate, item_id) VALUES ('calitxl_1', 'VAT', 19, $1)",
    """INSERT INTO cart_line_item_adjustment (id, code, amount, item_id, is_tax_inclusive)
    VALUES ('caliadj_1', 'TEN', 2, $1, false)""",
    """INSERT INTO cart_shipping_method (id, cart_id, name, amount, is_tax_inclusive, is_custom_amount, data)
    VALUES ('casm_1', $1, 'Post', 5, false, true, '{"door": 2}')""",
    """INSERT INTO cart_shipping_method_tax_line (id, code, rate, shipping_method_id)
    VALUES ('casmtxl_1', 'VAT', 19, 'casm_1')""",
    "INSERT INTO cart_credit_line (id, cart_id, reference, amount) VALUES ('cacl_1', $1, 'gift-card', 3)",
)


async def unchanged(*_: object) -> bool:
    """Stand for the recheck: these rows have no catalogue behind them."""
    return True


class TestOrder:
    async def test_is_the_carts_copy(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=2, pen=3)
        claim = await steps.claim(cart)
        planned = await steps.row("SELECT planned_order_id, planned_lines FROM checkout_attempt")
        outcome = await steps.place(claim)
        assert outcome.order_id == planned.planned_order_id
        order = await steps.row('SELECT * FROM "order"')
        assert (order.cart_id, order.email, order.currency_code, order.status) == (
            cart,
            "a@b.example",
            "eur",
            "pending",
        )
        assert order.rounding == "currency"
        lines = await steps.rows(
            "SELECT l.id, l.title, l.unit_price, i.quantity, (i.totals ->> 'total')::numeric, "
            "(i.totals ->> 'refundable_total')::numeric FROM order_line_item l JOIN order_item i ON i.item_id = l.id "
            "ORDER BY l.id"
        )
        assert [line[1:] for line in lines] == [
            ("Mug", 10, 2, 20, 20),
            ("Pen", Decimal("1.99"), 3, *[Decimal("5.97")] * 2),
        ]
        assert {line[0] for line in lines} == set(planned.planned_lines.values())
        summary = await steps.row("SELECT summary, totals FROM order_summary")
        assert (summary.totals["total"], summary.summary["pending_difference"]) == (25.97, 25.97)
        assert await steps.value("SELECT completed_at FROM cart WHERE id = $1", cart) is not None
        assert await steps.fate(session) == "consumed"
        assert await audit(steps.database, []) == []

    async def test_copies_addresses_taxes_discounts_shipping_and_credit(
        self, steps: Steps, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("operations.begin_checkout.recheck_cart", unchanged)
        cart = await steps.cart(mug=2)
        line = await steps.value("SELECT id FROM cart_line_item")
        async with steps.database.engine.begin() as connection:
            for sql in PARTS:
                await run(connection, sql, *([line if "item_id" in sql else cart] if "$1" in sql else []))
        # 20 - 2 = 18, with tax 21.42; shipping 5.95; less the credit of 3
        total = await steps.database.transact(lambda s: total_of(s, cart))
        assert total == Decimal("24.37")
        async with steps.database.engine.begin() as connection:
            await run(connection, "UPDATE payment_collection SET amount = $1", total)
            await run(connection, "UPDATE cart SET totals = jsonb_build_object('total', $1::numeric)", total)
        await steps.session(cart)
        outcome = await steps.place(await steps.claim(cart))
        address = await steps.row(
            'SELECT a.city, o.metadata FROM "order" o JOIN order_address a ON a.id = o.shipping_address_id'
        )
        assert (address.city, address.metadata) == ("Berlin", {"gift": 1})
        tax = await steps.row("SELECT code, rate, subtotal, total FROM order_line_item_tax_line")
        assert tuple(tax) == ("VAT", 19, Decimal("3.80"), Decimal("3.42"))
        assert await steps.rows("SELECT code, amount, subtotal FROM order_line_item_adjustment") == [("TEN", 2, 2)]
        method = await steps.row(
            "SELECT m.name, m.amount, m.data, (v.totals ->> 'total')::numeric AS total FROM order_shipping v "
            "JOIN order_shipping_method m ON m.id = v.shipping_method_id WHERE v.order_id = $1",
            outcome.order_id,
        )
        assert tuple(method) == ("Post", 5, {"door": 2}, Decimal("5.95"))
        assert await steps.rows("SELECT rate, total FROM order_shipping_method_tax_line") == [(19, Decimal("0.95"))]
        assert await steps.rows("SELECT reference, amount FROM order_credit_line") == [("gift-card", 3)]
        credited = "SELECT amount, order_id FROM ledger_entry WHERE debit = 'credited'"
        assert await steps.rows(credited) == [(3, outcome.order_id)]
        assert await audit(steps.database, []) == []

    async def test_events_only_past_the_point_of_no_return(self, steps: Steps) -> None:
        cart, _ = await steps.payable(mug=1)
        claim = await steps.claim(cart)
        sql = (
            "SELECT name, data FROM outbox_event WHERE name IN ('order.placed', 'reservation-item.created') ORDER BY id"
        )
        assert await steps.rows(sql) == []
        order_id = (await steps.place(claim)).order_id
        reserved = await steps.value("SELECT id FROM reservation_item")
        assert sorted(await steps.rows(sql)) == [
            ("order.placed", {"id": order_id}),
            ("reservation-item.created", {"id": reserved, "order_id": order_id}),
        ]

    async def test_p01_one_cart_one_order(self, steps: Steps) -> None:
        cart, _ = await steps.payable(mug=1)
        claim = await steps.claim(cart)
        outcomes = await asyncio.gather(*[steps.place(claim) for _ in range(8)])
        assert len({outcome.order_id for outcome in outcomes}) == 1
        assert await steps.value('SELECT count(*) FROM "order"') == 1

    async def test_a_cart_that_changed_is_not_ordered(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=1)
        claim = await steps.claim(cart)
        async with steps.database.engine.begin() as connection:
            await run(connection, "UPDATE cart SET version = version + 1")
        assert (await steps.place(claim)).kind == OutcomeKind.UNDECIDED
        assert await steps.fate(session) == "open"


class TestMoney:
    async def test_authorised(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=2)
        order_id = (await steps.place(await steps.claim(cart))).order_id
        payment = await steps.row("SELECT * FROM payment")
        assert (payment.amount, payment.captured_at, payment.payment_session_id) == (20, None, session)
        assert payment.data == {"of": "provider"}
        collection = await steps.row("SELECT * FROM payment_collection")
        assert (collection.status, collection.authorized_amount, collection.captured_amount) == ("authorized", 20, 0)
        assert (collection.order_id, collection.completed_at) == (order_id, None)
        assert await steps.rows("SELECT id FROM order_transaction") == []
        sql = "SELECT order_id, debit, credit, amount, provider_id FROM ledger_entry"
        assert await steps.rows(sql) == [(order_id, "held", "shopper", 20, PROVIDER)]

    async def test_captured_at_once(self, steps: Steps) -> None:
        cart, _ = await steps.payable(mug=2)
        await steps.place(await steps.claim(cart), "captured", held=0, captured=20)
        capture = await steps.value("SELECT id FROM capture")
        transaction = await steps.row("SELECT amount, reference, reference_id FROM order_transaction")
        assert tuple(transaction) == (20, "capture", capture)
        collection = await steps.row("SELECT * FROM payment_collection")
        assert (collection.status, collection.captured_amount) == ("completed", 20)
        assert collection.completed_at is not None
        assert await steps.value("SELECT captured_at FROM payment") is not None
        summary = await steps.value("SELECT summary FROM order_summary")
        assert (summary["paid_total"], summary["pending_difference"]) == (20, 0)
        assert await steps.rows("SELECT debit, credit, amount FROM ledger_entry ORDER BY debit DESC") == [
            ("held", "shopper", 20),
            ("captured", "held", 20),
        ]

    async def test_promised(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=2)
        order = await steps.place(await steps.claim(cart), "pending_authorization", held=0)
        assert order.kind == OutcomeKind.ORDER
        collection = await steps.row("SELECT * FROM payment_collection")
        assert (collection.status, collection.authorized_amount) == ("awaiting", 0)
        assert await steps.rows("SELECT id FROM payment UNION ALL SELECT id FROM ledger_entry") == []
        assert await steps.fate(session) == "consumed"

    async def test_too_little_money_places_nothing(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=2)
        claim = await steps.claim(cart)
        with pytest.raises(CommerceError, match="cannot pay"):
            await steps.place(claim, held=19)
        assert await steps.attempts(cart) == ["open"]
        assert await steps.fate(session) == "open"

    async def test_a_free_order_has_no_money(self, steps: Steps) -> None:
        cart = await steps.cart(gift=1)
        order_id = (await steps.place(await steps.claim(cart), "free")).order_id
        assert await steps.value("SELECT order_id FROM payment_collection") == order_id
        assert await steps.rows("SELECT id FROM payment UNION ALL SELECT id FROM ledger_entry") == []

    async def test_the_peers_figures_are_charged_rounded(self, steps: Steps) -> None:
        async with steps.database.engine.begin() as connection:
            await run(connection, "UPDATE price SET amount = 10.005 WHERE amount = 10")
        cart = await steps.cart("none", mug=1)
        await steps.session(cart)
        await steps.place(await steps.claim(cart))
        assert await steps.value("SELECT amount FROM payment") == Decimal("10.01")
        assert await steps.value("SELECT (totals ->> 'total')::numeric FROM order_summary") == Decimal("10.005")
        assert await steps.value("SELECT status FROM payment_collection") == "authorized"

    async def test_p03_a_session_is_consumed_once(self, steps: Steps) -> None:
        """What a second attempt does on the same money leaves the order and its money alone."""
        cart, session = await steps.payable(mug=1)
        await steps.place(await steps.claim(cart))
        async with steps.database.engine.begin() as connection:
            with pytest.raises(Exception, match="consumed"):
                await run(connection, "UPDATE payment_session SET fate = 'releasing' WHERE id = $1", session)


class TestRefuse:
    @pytest.mark.parametrize("status", ["pending", "requires_more"])
    async def test_a_session_that_can_still_be_paid_stays(self, steps: Steps, status: str) -> None:
        cart, session = await steps.payable(mug=1)
        await steps.refuse(await steps.claim(cart), DECLINED, status)
        assert (await steps.fate(session), await steps.attempts(cart)) == ("open", ["refused"])
        assert await steps.value("SELECT status FROM payment_session") == status
        assert await steps.stock("mug") == [(0, 0), (0, 0)]
        assert (await steps.begin(cart, "run_2")).attempt_id is not None

    @pytest.mark.parametrize("status", ["error", "canceled"])
    async def test_a_session_that_ended_is_let_go(self, steps: Steps, status: str) -> None:
        cart, session = await steps.payable(mug=1)
        await steps.refuse(await steps.claim(cart), DECLINED, status)
        assert (await steps.fate(session), await steps.asked("release-session")) == ("releasing", [session])
        outcome = (await steps.begin(cart, "run_2")).outcome
        assert outcome is not None
        assert outcome.message == "Payment sessions are required to complete cart"

    async def test_after_a_raised_decline_the_key_is_new(self, steps: Steps) -> None:
        cart, session = await steps.payable(mug=1)
        await steps.refuse(await steps.claim(cart), RAISED, None)
        assert await steps.fate(session) == "open"
        assert await steps.value("SELECT key_number FROM payment_session") == 2

    async def test_repeated_it_says_what_it_recorded(self, steps: Steps) -> None:
        """A worker died after its commit: the shopper still hears the decline, and the key grows once."""
        cart, _ = await steps.payable(mug=1)
        claim = await steps.claim(cart)
        assert await steps.refuse(claim, RAISED, None) == RAISED
        assert await steps.refuse(claim, RAISED, None) == RAISED
        assert await steps.value("SELECT key_number FROM payment_session") == 2
