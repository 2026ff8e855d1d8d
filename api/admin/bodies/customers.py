"""Bodies of `/admin/customers`."""

from __future__ import annotations

from api.address import Address
from api.body import Body, CardlessRecord, Email


class AdminCustomer(Body):
    """What makes or changes a customer; what is left out stays."""

    email: Email | None = None
    company_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    metadata: CardlessRecord | None = None
    additional_data: CardlessRecord | None = None

    def columns(self) -> dict[str, object]:
        """Return what was given of the customer; `additional_data` is for hooks (contract section 1)."""
        return {name: value for name, value in self.given().items() if name != "additional_data"}


class AdminCustomerAddress(Address):
    """An address that a customer keeps."""

    address_name: str | None = None
    is_default_shipping: bool = False
    is_default_billing: bool = False
    additional_data: CardlessRecord | None = None

    def columns(self) -> dict[str, object]:
        """Return what was given of the address."""
        return {name: value for name, value in self.given().items() if name != "additional_data"}


class AdminLink(Body):
    """What is to be linked and what no more."""

    add: list[str] = []
    remove: list[str] = []
