"""From which location each line takes its units, and what stock refuses (contract section 21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from kit.errors import CommerceError, not_allowed, not_found

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Need:
    """What one line needs of one inventory item: line quantity x required quantity."""

    line_id: str
    variant_id: str
    inventory_item_id: str
    quantity: Decimal
    allow_backorder: bool


@dataclass(frozen=True, slots=True)
class Level:
    """How much of an item a location of the sales channel has, and how much of that is promised."""

    id: str
    inventory_item_id: str
    location_id: str
    stocked: Decimal
    reserved: Decimal


@dataclass(frozen=True, slots=True)
class Allocation:
    """One reservation: `backordered` is the part of `quantity` that goes beyond stock."""

    line_id: str
    inventory_item_id: str
    location_id: str
    level_id: str
    quantity: Decimal
    backordered: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Shortage:
    """A need that cannot be met; `location_id` None when no location of the channel has the item at all."""

    need: Need
    location_id: str | None


def allocate(needs: Sequence[Need], levels: Sequence[Level]) -> tuple[Allocation, ...] | Shortage:
    """Give each need, in order, one location: the first that covers it alone, else the first that has the item.

    A line is never split over locations. Beyond stock only what may be backordered. `levels` come in the order in
    which locations are tried; lines that share an item take from what the earlier ones left.
    """
    left = {level.id: level.stocked - level.reserved for level in levels}
    made: list[Allocation] = []
    for need in needs:
        candidates = [level for level in levels if level.inventory_item_id == need.inventory_item_id]
        if not candidates:
            return Shortage(need, None)
        level = next((level for level in candidates if left[level.id] >= need.quantity), candidates[0])
        within = min(max(left[level.id], ZERO), need.quantity)
        if within < need.quantity and not need.allow_backorder:
            return Shortage(need, level.location_id)
        left[level.id] -= need.quantity
        made.append(
            Allocation(
                need.line_id,
                need.inventory_item_id,
                level.location_id,
                level.id,
                need.quantity,
                need.quantity - within,
            )
        )
    return tuple(made)


class Stocked(Protocol):
    """A level, as deleting it needs to see it."""

    location_id: str
    stocked_quantity: Decimal
    reserved_quantity: Decimal
    incoming_quantity: Decimal


def refuse_deletion(levels: Sequence[Stocked], *, force: bool) -> None:
    """Refuse to delete levels at which units are reserved or awaited, or lie when it is not forced (contract 21)."""
    held = [level.location_id for level in levels if level.reserved_quantity or level.incoming_quantity]
    if held:
        raise not_allowed(
            f"Cannot remove Inventory Levels for {','.join(held)} because there are reserved or incoming items at the"
            " locations"
        )
    full = [level.location_id for level in levels if level.stocked_quantity > 0 and not force]
    if full:
        raise not_allowed(
            f"Cannot remove Inventory Levels for {','.join(full)} because there are stocked items at the locations."
            " Use force flag to delete anyway."
        )


def not_enough(item_id: str, location_id: str) -> CommerceError:
    """Return the refusal of more units than a location has left."""
    return not_allowed(f"Not enough stock available for item {item_id} at location {location_id}")


def not_stocked(item_id: str, location_id: str) -> CommerceError:
    """Return the refusal of a location that does not have the item."""
    return not_found(f"Item {item_id} is not stocked at location {location_id}")
