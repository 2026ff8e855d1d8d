"""Bodies of `/admin/inventory-items`."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from api.body import Body, Number, Part, Record
from commerce.inventory.service import LevelBatch, LevelChange, NewInventoryItem, NewInventoryLevel

Quantity = Annotated[Number, Field(ge=0)]


class AdminInventoryItem(Body):
    """What an item is; all of it may be left out."""

    sku: str | None = None
    hs_code: str | None = None
    weight: Number | None = None
    length: Number | None = None
    height: Number | None = None
    width: Number | None = None
    origin_country: str | None = None
    mid_code: str | None = None
    material: str | None = None
    unit_of_measure: str | None = None
    title: str | None = None
    description: str | None = None
    requires_shipping: bool = True
    thumbnail: str | None = None
    metadata: Record | None = None


class AdminInventoryLevel(Body):
    """How much of an item lies at a location."""

    location_id: str
    stocked_quantity: Quantity = Decimal(0)
    incoming_quantity: Quantity = Decimal(0)

    def level(self, item_id: str) -> NewInventoryLevel:
        """Return the level to create."""
        return NewInventoryLevel(item_id, self.location_id, self.stocked_quantity, self.incoming_quantity)


class AdminCreateInventoryItem(AdminInventoryItem):
    """What makes an item, with its levels."""

    location_levels: list[AdminInventoryLevel] = []

    def item(self) -> NewInventoryItem:
        """Return the item to create."""
        columns = {name: getattr(self, name) for name in AdminInventoryItem.model_fields if name != "metadata"}
        return NewInventoryItem(**columns, metadata_=self.metadata)


class AdminUpdateInventoryLevel(Body):
    """What a level is set to; what is left out stays."""

    stocked_quantity: Quantity | None = None
    incoming_quantity: Quantity | None = None

    def change(self, item_id: str, location_id: str) -> LevelChange:
        """Return the level to change."""
        return LevelChange(item_id, location_id, self.stocked_quantity, self.incoming_quantity)


class AdminLevelOfItem(AdminUpdateInventoryLevel):
    """A level of the item, set to what is given."""

    id: str | None = None
    location_id: str


class AdminBatchLevelsOfItem(Body):
    """Levels of one item to create, to change, and to delete by id."""

    create: list[AdminInventoryLevel] = []
    update: list[AdminLevelOfItem] = []
    delete: list[str] = []
    force: bool = False

    def batch(self, item_id: str) -> LevelBatch:
        """Return what to change."""
        create = [each.level(item_id) for each in self.create]
        update = [each.change(item_id, each.location_id) for each in self.update]
        return LevelBatch(create, update, self.delete, self.force)


class AdminNewLevel(Part):
    """A level of any item to create."""

    inventory_item_id: str
    location_id: str
    stocked_quantity: Quantity = Decimal(0)
    incoming_quantity: Quantity = Decimal(0)


class AdminChangedLevel(Part):
    """A level of any item, set to what is given."""

    inventory_item_id: str
    location_id: str
    stocked_quantity: Quantity | None = None
    incoming_quantity: Quantity | None = None


class AdminBatchLevels(Body):
    """Levels of any items to create, to change, and to delete by id."""

    create: list[AdminNewLevel] = []
    update: list[AdminChangedLevel] = []
    delete: list[str] = []
    force: bool = False

    def batch(self) -> LevelBatch:
        """Return what to change."""
        create = [NewInventoryLevel(**dict(each)) for each in self.create]
        update = [LevelChange(**dict(each)) for each in self.update]
        return LevelBatch(create, update, self.delete, self.force)
