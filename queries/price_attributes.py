"""What price rules may name of a cart and its customer: the same wherever a price is chosen (contract section 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from kit.decimals import drop_tail

ADDRESS_KEYS: Final = ("country_code", "province", "city", "postal_code")


def customer_attributes(customer_id: str | None, groups: Sequence[str]) -> dict[str, Sequence[str | Decimal]]:
    """Return what rules may ask of a customer, nothing but an empty list of groups for a guest."""
    known = {"customer.id": customer_id, "customer_id": customer_id}
    return {"customer.groups.id": groups, **_given(known)}


def cart_attributes(
    *,
    customer_id: str | None,
    customer_groups: Sequence[str],
    email: str | None,
    sales_channel_id: str | None,
    place: Mapping[str, str | None],
    item_total: Decimal | None = None,
) -> dict[str, Sequence[str | Decimal]]:
    """Return what rules may ask of a cart beside currency and region.

    `place` has the `ADDRESS_KEYS` of the shipping address; `item_total` is for shipping options only:
    gross, after discounts.
    """
    return {
        **customer_attributes(customer_id, customer_groups),
        **_given({"email": email, "sales_channel_id": sales_channel_id}),
        **_given({f"shipping_address.{name}": value for name, value in place.items()}),
        **({} if item_total is None else {"item_total": [drop_tail(item_total)]}),
    }


def _given(values: Mapping[str, str | None]) -> dict[str, Sequence[str | Decimal]]:
    return {name: [value] for name, value in values.items() if value is not None}
