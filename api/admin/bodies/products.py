"""Bodies of `/admin/products`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from api.admin.bodies.product_options import AdminCreateProductOption, AdminUseOption
from api.admin.bodies.product_variants import AdminCreateProductVariant, AdminUpdateProductVariant, Measured
from api.body import Body, Flag, Part, Record
from api.validation import invalid
from commerce.product.models import ProductStatus
from commerce.product.types import NewProduct
from operations.create_product import ProductOffer
from operations.offer_variants import VariantOffer

Status = Literal["draft", "proposed", "published", "rejected"]


class Reference(Part):
    """Something that is there already."""

    id: str


class AdminCreateProductImage(Part):
    """A picture of a new product."""

    url: str


class AdminUpdateProductImage(Part):
    """A picture that a product is to have: one of its own by `id`, else a new one."""

    id: str | None = None
    url: str


class AdminUpdateProductOfOption(Part):
    """An option that a product is to have: one of its own by `id` or `title`, else a new one."""

    id: str | None = None
    title: str = ""
    values: list[str] = []


def ids_of(references: Sequence[Reference]) -> list[str]:
    """Return their ids."""
    return [each.id for each in references]


class AdminBatchCreateProduct(Measured):
    """What makes a product."""

    title: str
    subtitle: str | None = None
    description: str | None = None
    is_giftcard: Flag = False
    discountable: Flag = True
    images: list[AdminCreateProductImage] = []
    thumbnail: str | None = None
    handle: str = ""
    status: Status | None = "draft"
    external_id: str | None = None
    type_id: str | None = None
    collection_id: str | None = None
    categories: list[Reference] = []
    tags: list[Reference] = []
    options: list[AdminCreateProductOption | AdminUseOption] = []
    variants: list[AdminCreateProductVariant] = []
    sales_channels: list[Reference] = []
    shipping_profile_id: str | None = None
    metadata: Record | None = None

    def offer(self) -> ProductOffer:
        """Return the product with its variants and where it is offered."""
        product = NewProduct(
            self.title,
            [option.new() for option in self.options],
            handle=self.handle,
            subtitle=self.subtitle,
            description=self.description,
            status=ProductStatus(self.status or "draft"),
            is_giftcard=self.is_giftcard,
            discountable=self.discountable,
            thumbnail=self.thumbnail,
            images=[image.url for image in self.images],
            external_id=self.external_id,
            metadata=self.metadata,
            measures=self.measures(),
            type_id=self.type_id,
            collection_id=self.collection_id,
            tag_ids=ids_of(self.tags),
            category_ids=ids_of(self.categories),
        )
        variants = [variant.offer() for variant in self.variants]
        return ProductOffer(product, variants, ids_of(self.sales_channels), self.shipping_profile_id)


class AdminCreateProduct(AdminBatchCreateProduct):
    """What makes one product."""

    additional_data: Record | None = None


class AdminUpdateProductBody(Measured):
    """What changes of a product; sets are replaced, what is left out stays."""

    title: str = ""
    discountable: Flag = True
    is_giftcard: Flag = False
    options: list[AdminUpdateProductOfOption] = []
    option_ids: list[str] = []
    variants: list[AdminUpdateProductVariant] = []
    status: Status = "draft"
    subtitle: str | None = None
    description: str | None = None
    images: list[AdminUpdateProductImage] = []
    thumbnail: str | None = None
    handle: str = ""
    type_id: str | None = None
    external_id: str | None = None
    collection_id: str | None = None
    categories: list[Reference] = []
    tags: list[Reference] = []
    sales_channels: list[Reference] = []
    shipping_profile_id: str | None = None
    metadata: Record | None = None

    def change(self) -> dict[str, Any]:
        """Return what is given; variants without an id are new. Errors: `invalid_data` for one without a title."""
        given = self.given()
        if "variants" in given:
            given["variants"] = [_variant(place, each) for place, each in enumerate(self.variants)]
        return given


def _variant(place: int, body: AdminUpdateProductVariant) -> VariantOffer | dict[str, Any]:
    """Return the change of a variant that is there, or the new one."""
    if body.id is not None:
        return body.change()
    if not body.title:
        raise invalid(f"Field 'variants, {place}, title' is required")
    return body.offer()


class AdminUpdateProduct(AdminUpdateProductBody):
    """What changes of one product."""

    additional_data: Record | None = None


class AdminBatchUpdateProduct(AdminUpdateProductBody):
    """What changes of the product `id`."""

    id: str


class AdminBatchProducts(Body):
    """Products to create, change and delete."""

    create: list[AdminBatchCreateProduct] = []
    update: list[AdminBatchUpdateProduct] = []
    delete: list[str] = []
