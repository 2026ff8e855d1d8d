"""Bodies of `/admin/stock-locations`."""

from __future__ import annotations

from api.body import Body, Part, Record
from commerce.stock_location.service import LocationAddress


class Address(Part):
    """Where a location is."""

    address_1: str
    address_2: str | None = None
    company: str | None = None
    city: str | None = None
    country_code: str
    phone: str | None = None
    postal_code: str | None = None
    province: str | None = None
    metadata: Record | None = None

    def address(self) -> LocationAddress:
        """Return the address to create."""
        columns = dict(self)
        return LocationAddress(metadata_=columns.pop("metadata"), **columns)


class AdminCreateStockLocation(Body):
    """What makes a location, with its address or the id of one."""

    name: str
    address: Address | None = None
    address_id: str | None = None
    metadata: Record | None = None


class AdminUpdateStockLocation(Body):
    """What changes a location; what is left out stays."""

    name: str = ""
    address: Address | None = None
    address_id: str | None = None
    metadata: Record | None = None


class AdminCreateFulfillmentSet(Body):
    """A fulfilment set that the location is to offer; `type` is `shipping`, `pickup` or any text."""

    name: str
    type: str
