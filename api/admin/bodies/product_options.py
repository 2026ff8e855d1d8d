"""Bodies of `/admin/product-options`."""

from __future__ import annotations

from api.body import Body, Part, Record, Whole
from commerce.product.types import NewOption, OptionChange, UsedOption


class AdminCreateOption(Body):
    """What makes an option; `ranks` gives values their places."""

    title: str
    values: list[str]
    ranks: dict[str, Whole] = {}
    is_exclusive: bool = False
    metadata: Record | None = None

    def new(self) -> NewOption:
        """Return the option to create."""
        return NewOption(self.title, self.values, self.ranks, self.is_exclusive, self.metadata)


class AdminUpdateProductOption(Body):
    """What changes of an option; `values` are all that it has from now on."""

    title: str = ""
    values: list[str] = []
    ranks: dict[str, Whole] = {}
    is_exclusive: bool = False
    metadata: Record | None = None


class AdminUpdateProductOptionValue(Body):
    """What changes of a value."""

    value: str = ""
    metadata: Record | None = None


class AdminCreateProductOption(AdminCreateOption):
    """An option that comes with a product, and belongs to it alone unless told otherwise."""

    is_exclusive: bool = True


class AdminUseOption(Part):
    """A shared option that a product uses: these values of it, or all."""

    id: str
    value_ids: list[str] | None = None

    def new(self) -> UsedOption:
        """Return the use to begin."""
        return UsedOption(self.id, self.value_ids)


class AdminNewOptionValue(Body):
    """A value to make."""

    value: str


class AdminChangeProductOption(Part):
    """Values of an option that a product is to use (ids, or new ones), or no longer (ids)."""

    product_option_id: str
    add: list[str | AdminNewOptionValue] = []
    remove: list[str] = []

    def change(self) -> OptionChange:
        """Return the change of the product's use."""
        return OptionChange(
            self.product_option_id,
            add_values=[each.value for each in self.add if not isinstance(each, str)],
            add_ids=[each for each in self.add if isinstance(each, str)],
            remove=self.remove,
        )


class AdminBatchProductOptions(Body):
    """Options that a product is to have (shared ones by id, or new ones), or no longer, and changes of its use."""

    add: list[str | AdminCreateProductOption | AdminUseOption] = []
    remove: list[str] = []
    update: list[AdminChangeProductOption] = []

    def added(self) -> list[NewOption | UsedOption]:
        """Return the options to add."""
        return [UsedOption(each) if isinstance(each, str) else each.new() for each in self.add]
