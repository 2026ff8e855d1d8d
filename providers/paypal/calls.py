"""The calls of PayPal's orders v2 and payments v2 that we make, each as one method."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from commerce.payment.port import SessionRequest
from providers.paypal.amounts import money
from providers.paypal.client import Answer, PayPalClient
from providers.paypal.orders import AUTHORIZE, CAPTURE, Order, as_order

NOT_FOUND: Final = 404
_ORDERS: Final = "/v2/checkout/orders"
_PAYMENTS: Final = "/v2/payments"


class PayPalCalls:
    """Bodies depend on our own columns alone, so that a key repeated is the same wish, to the letter."""

    def __init__(self, client: PayPalClient, *, session_seconds: float, money_seconds: float) -> None:
        self.client = client
        self.session_seconds = session_seconds
        self.money_seconds = money_seconds

    async def create(self, request: SessionRequest, intent: str) -> Answer:
        """Make the session's order; moves no money."""
        unit = {
            "reference_id": intent,
            "custom_id": request.session_id,
            "invoice_id": request.session_id,
            "amount": money(request.amount, request.currency_code),
        }
        body = {"intent": intent, "purchase_units": [unit], **_returning(request.data)}
        return await self.client.post(_ORDERS, f"create:{request.key}", body, self.session_seconds)

    async def order(self, order_id: str) -> Order | None:
        """Return the order as it is now, None when PayPal has none of that id (any more)."""
        answer = await self.client.get(_path(_ORDERS, order_id), self.money_seconds)
        if answer.status == NOT_FOUND:
            return None
        if not answer.is_ok:
            raise answer.problem.as_error()
        return as_order(answer.body)

    async def pay(self, order: Order, key: str) -> Answer:
        """Authorise or capture an approved order, as it was made for."""
        call = "authorize" if order.purpose == AUTHORIZE else "capture"
        return await self.client.post(f"{_path(_ORDERS, order.id)}/{call}", f"authorise:{key}", {}, self.money_seconds)

    async def reprice(self, order: Order, amount: Decimal, currency_code: str) -> Answer:
        """Give an unpaid order another amount."""
        place = f"/purchase_units/@reference_id=='{order.purpose}'/amount"
        change = {"op": "replace", "path": place, "value": money(amount, currency_code)}
        return await self.client.patch(_path(_ORDERS, order.id), [change], self.session_seconds)

    async def end(self, order: Order) -> Answer:
        """Turn an unpaid order to the intent it was not made for: from then on the call that pays it is refused."""
        other = CAPTURE if order.purpose == AUTHORIZE else AUTHORIZE
        change = {"op": "replace", "path": "/intent", "value": other}
        return await self.client.patch(_path(_ORDERS, order.id), [change], self.money_seconds)

    async def capture(self, authorization_id: str, key: str, amount: Decimal, currency_code: str) -> Answer:
        """Take part or all of what an authorisation holds."""
        body = {"amount": money(amount, currency_code), "invoice_id": key, "final_capture": False}
        return await self._pay(f"authorizations/{quote(authorization_id, safe='')}/capture", f"capture:{key}", body)

    async def reauthorise(self, first_id: str, newest_id: str, amount: Decimal, currency_code: str) -> Answer:
        """Ask PayPal to vouch for the money again; the answer is another authorisation, which then counts.

        It is asked of the first one, since PayPal renews no renewal; once for each newest one, hence the key.
        """
        path = f"authorizations/{quote(first_id, safe='')}/reauthorize"
        return await self._pay(path, f"reauthorise:{newest_id}", {"amount": money(amount, currency_code)})

    async def void(self, authorization_id: str) -> Answer:
        """Free what an authorisation still holds; PayPal has no key for it, it is done once by its nature."""
        return await self._pay(f"authorizations/{quote(authorization_id, safe='')}/void", None, None)

    async def refund(self, capture_id: str, key: str, amount: Mapping[str, str], session_id: str) -> Answer:
        """Give back part or all of a capture."""
        body = {"amount": amount, "invoice_id": key, "custom_id": session_id}
        return await self._pay(f"captures/{quote(capture_id, safe='')}/refund", f"refund:{key}", body)

    async def _pay(self, path: str, key: str | None, body: Mapping[str, Any] | None) -> Answer:
        return await self.client.post(f"{_PAYMENTS}/{path}", key, body, self.money_seconds)


def _path(collection: str, id_: str) -> str:
    return f"{collection}/{quote(id_, safe='')}"


def _returning(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return where PayPal sends the shopper back to, for a storefront that links to PayPal instead of its buttons."""
    told = {name: data.get(name) for name in ("return_url", "cancel_url")}
    wanted = {
        name: url for name, url in told.items() if isinstance(url, str) and url.startswith(("https://", "http://"))
    }
    return {"payment_source": {"paypal": {"experience_context": wanted}}} if wanted else {}
