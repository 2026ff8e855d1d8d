"""Bodies of `/admin/shipping-option-types`."""

from __future__ import annotations

from api.body import Body


class AdminCreateShippingOptionType(Body):
    """What makes a label for shipping options."""

    label: str
    code: str
    description: str | None = None


class AdminUpdateShippingOptionType(Body):
    """What changes a label; what is left out stays."""

    label: str = ""
    code: str = ""
    description: str | None = None
