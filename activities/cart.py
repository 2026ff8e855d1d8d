"""What a workflow does about a cart itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from temporalio import activity

from activities.outside import OutsideActivities, until_told
from kit.db import Database
from operations.confirm_cart import confirm_cart


@dataclass(frozen=True)
class ConfirmCart:
    """Let the cart's shipping and taxes be confirmed."""

    cart_id: str


class CartActivities:
    """Carts over one database."""

    def __init__(self, database: Database, outside: OutsideActivities) -> None:
        self._database = database
        self._outside = outside

    @activity.defn(name="cart.confirm")
    async def confirm(self, command: ConfirmCart) -> bool:
        """Ask outside what the cart costs and keep the answers; False when it costs something else now.

        One step for questions, calls and answers, since they hold an address, which no history may see (docs/adr/0010).
        """
        return await until_told(
            self._outside,
            lambda told: self._database.transact(partial(confirm_cart, cart_id=command.cart_id, told=told)),
        )
