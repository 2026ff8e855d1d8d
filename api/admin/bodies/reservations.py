"""Bodies of `/admin/reservations`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from api.body import Body, Number, Record

Quantity = Annotated[Number, Field(gt=0)]


class AdminCreateReservation(Body):
    """Units to reserve by hand, for an order's line or for anything else."""

    line_item_id: str | None = None
    location_id: str
    inventory_item_id: str
    quantity: Quantity
    description: str | None = None
    metadata: Record | None = None


class AdminUpdateReservation(Body):
    """What changes of a reservation; what is left out stays."""

    location_id: str = ""
    quantity: Quantity = Decimal(1)
    description: str | None = None
    metadata: Record | None = None
