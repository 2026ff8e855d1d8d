"""Bodies of `/store/customers`."""

from __future__ import annotations

from api.address import Address
from api.body import Body, CardlessRecord, Email


class StoreUpdateCustomer(Body):
    """What customers change of themselves; the mail of an account stays (contract section 22)."""

    company_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    metadata: CardlessRecord | None = None


class StoreCreateCustomer(StoreUpdateCustomer):
    """What makes one who registered a customer."""

    email: Email | None = None


class StoreAddress(Address):
    """An address that a customer keeps."""

    address_name: str | None = None
    is_default_shipping: bool = False
    is_default_billing: bool = False
