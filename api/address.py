"""The fields of a postal address in a body."""

from __future__ import annotations

from api.body import Body, CardlessRecord


class Address(Body):
    """An address; every field may be left out."""

    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    company: str | None = None
    address_1: str | None = None
    address_2: str | None = None
    city: str | None = None
    country_code: str | None = None
    province: str | None = None
    postal_code: str | None = None
    metadata: CardlessRecord | None = None
