"""Which fields the store routes answer with and allow to be asked for (contract: store_allowed_fields)."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CART_DEFAULTS: Final = _words("""
    id currency_code email locale region_id created_at updated_at completed_at total subtotal tax_total
    discount_total discount_subtotal discount_tax_total original_total original_tax_total item_total
    item_subtotal item_tax_total item_discount_total original_item_total original_item_subtotal
    original_item_tax_total shipping_total shipping_subtotal shipping_tax_total shipping_discount_total
    original_shipping_tax_total original_shipping_subtotal original_shipping_total credit_line_subtotal
    credit_line_tax_total credit_line_total metadata sales_channel_id promotions.id promotions.code
    promotions.is_automatic promotions.is_tax_inclusive promotions.application_method.value
    promotions.application_method.type promotions.application_method.currency_code items.id items.thumbnail
    items.product.id items.variant_id items.product_id items.is_giftcard items.product.categories.id
    items.product.tags.id items.product.collection_id items.product.type_id items.product_type_id
    items.product_title items.product_description items.product_subtitle items.product_type
    items.product_collection items.product_handle items.variant_sku items.variant_barcode items.variant_title
    items.requires_shipping items.metadata items.created_at items.updated_at items.title items.quantity
    items.unit_price items.compare_at_unit_price items.is_tax_inclusive items.tax_lines.id
    items.tax_lines.description items.tax_lines.code items.tax_lines.rate items.tax_lines.provider_id
    items.tax_lines.data items.tax_lines.metadata items.adjustments.id items.adjustments.code
    items.adjustments.promotion_id items.adjustments.amount items.adjustments.is_tax_inclusive customer.id
    customer.email customer.groups.id shipping_methods.tax_lines.id shipping_methods.tax_lines.description
    shipping_methods.tax_lines.code shipping_methods.tax_lines.rate shipping_methods.tax_lines.provider_id
    shipping_methods.tax_lines.data shipping_methods.tax_lines.metadata shipping_methods.amount
    shipping_methods.is_tax_inclusive shipping_methods.adjustments.id shipping_methods.adjustments.code
    shipping_methods.adjustments.amount shipping_methods.shipping_option_id shipping_address_id
    shipping_address.id shipping_address.first_name shipping_address.last_name shipping_address.company
    shipping_address.address_1 shipping_address.address_2 shipping_address.city shipping_address.postal_code
    shipping_address.country_code shipping_address.region_code shipping_address.province shipping_address.phone
    billing_address_id billing_address.id billing_address.first_name billing_address.last_name
    billing_address.company billing_address.address_1 billing_address.address_2 billing_address.city
    billing_address.postal_code billing_address.country_code billing_address.region_code
    billing_address.province billing_address.phone region.id region.name region.currency_code
    region.automatic_taxes *region.countries *payment_collection *payment_collection.payment_sessions
    *credit_lines unconfirmed
""")
"""What a cart shows, `unconfirmed` being ours; the two bare relations of the peer add nothing to their dotted names."""

CART_ALLOWED: Final = _words("""
    billing_address billing_address.created_at billing_address.updated_at customer gift_card_tax_total
    gift_card_total items items.adjustments items.adjustments.cart_id items.adjustments.created_at
    items.adjustments.description items.adjustments.item_id items.adjustments.provider_id
    items.adjustments.updated_at items.cart_id items.product items.variant items.discount_tax_total items.discount_total
    items.is_discountable items.item_subtotal items.item_tax_total items.item_total items.original_subtotal
    items.original_tax_total items.original_total items.subtotal items.tax_lines items.tax_lines.created_at
    items.tax_lines.item_id items.tax_lines.subtotal items.tax_lines.tax_rate_id items.tax_lines.total
    items.tax_lines.updated_at items.tax_total items.total original_subtotal payment_collection.amount
    payment_collection.currency_code payment_collection.id payment_collection.payment_providers
    payment_collection.payment_providers.id payment_collection.payment_sessions.amount
    payment_collection.payment_sessions.currency_code payment_collection.payment_sessions.data
    payment_collection.payment_sessions.id payment_collection.payment_sessions.provider_id
    payment_collection.payment_sessions.status payment_collection.status promotions region region.countries.id
    shipping_address shipping_address.created_at shipping_address.updated_at shipping_methods
    shipping_methods.adjustments shipping_methods.adjustments.cart_id shipping_methods.adjustments.created_at
    shipping_methods.adjustments.description shipping_methods.adjustments.promotion_id
    shipping_methods.adjustments.provider_id shipping_methods.adjustments.shipping_method_id
    shipping_methods.adjustments.updated_at shipping_methods.cart_id shipping_methods.created_at
    shipping_methods.data shipping_methods.description shipping_methods.discount_tax_total
    shipping_methods.discount_total shipping_methods.id shipping_methods.metadata shipping_methods.name
    shipping_methods.original_subtotal shipping_methods.original_tax_total shipping_methods.original_total
    shipping_methods.subtotal shipping_methods.tax_lines shipping_methods.tax_lines.created_at
    shipping_methods.tax_lines.shipping_method_id shipping_methods.tax_lines.subtotal
    shipping_methods.tax_lines.tax_rate_id shipping_methods.tax_lines.total
    shipping_methods.tax_lines.updated_at shipping_methods.tax_total shipping_methods.total
    shipping_methods.updated_at
""")
"""What may be asked of a cart beside the defaults."""

ORDER_DEFAULTS: Final = _words("""
    id status summary currency_code display_id custom_display_id region_id email total subtotal tax_total
    discount_total discount_subtotal discount_tax_total original_total original_subtotal original_tax_total
    item_total item_subtotal item_tax_total original_item_total original_item_subtotal original_item_tax_total
    shipping_total shipping_subtotal shipping_tax_total original_shipping_tax_total original_shipping_subtotal
    original_shipping_total credit_line_total credit_line_subtotal credit_line_tax_total created_at updated_at
    *credit_lines *items *items.tax_lines *items.adjustments *items.detail *items.variant *items.variant.product
    *shipping_address *billing_address *shipping_methods *shipping_methods.tax_lines
    *shipping_methods.adjustments *payment_collections
""")
"""What an order shows."""

ORDER_ALLOWED: Final = _words("""
    billing_address.created_at billing_address.id billing_address.metadata billing_address.updated_at cart.id
    customer.email customer.id customer_id fulfillment_status fulfillments gift_card_tax_total gift_card_total
    item_discount_total items.adjustments.amount items.adjustments.created_at items.adjustments.id
    items.adjustments.item_id items.adjustments.order_id items.adjustments.updated_at items.created_at
    items.detail.created_at items.detail.delivered_quantity items.detail.fulfilled_quantity items.detail.id
    items.detail.item_id items.detail.metadata items.detail.quantity items.detail.return_dismissed_quantity
    items.detail.return_received_quantity items.detail.return_requested_quantity items.detail.shipped_quantity
    items.detail.updated_at items.detail.written_off_quantity items.discount_tax_total items.discount_total
    items.id items.is_discountable items.is_tax_inclusive items.item_subtotal items.item_tax_total
    items.item_total items.metadata items.original_subtotal items.original_tax_total items.original_total
    items.product items.product_collection items.product_description items.product_handle items.product_id
    items.product_subtitle items.product_title items.product_type items.product_type_id items.quantity
    items.refundable_total items.refundable_total_per_unit items.requires_shipping items.subtitle items.subtotal
    items.tax_lines.code items.tax_lines.created_at items.tax_lines.id items.tax_lines.item_id
    items.tax_lines.rate items.tax_lines.subtotal items.tax_lines.total items.tax_lines.updated_at
    items.tax_total items.thumbnail items.title items.total items.unit_price items.updated_at
    items.variant.allow_backorder items.variant.barcode items.variant.created_at items.variant.deleted_at
    items.variant.ean items.variant.height items.variant.hs_code items.variant.id items.variant.length
    items.variant.manage_inventory items.variant.material items.variant.mid_code items.variant.options
    items.variant.origin_country items.variant.product.collection_id items.variant.product.created_at
    items.variant.product.deleted_at items.variant.product.description items.variant.product.discountable
    items.variant.product.external_id items.variant.product.handle items.variant.product.height
    items.variant.product.hs_code items.variant.product.id items.variant.product.images
    items.variant.product.is_giftcard items.variant.product.length items.variant.product.material
    items.variant.product.mid_code items.variant.product.options items.variant.product.origin_country
    items.variant.product.status items.variant.product.subtitle items.variant.product.thumbnail
    items.variant.product.title items.variant.product.type_id items.variant.product.updated_at
    items.variant.product.variants items.variant.product.weight items.variant.product.width items.variant.sku
    items.variant.thumbnail items.variant.title items.variant.upc items.variant.updated_at items.variant.weight
    items.variant.width items.variant_barcode items.variant_id items.variant_option_values items.variant_sku
    items.variant_title payment_collections.amount payment_collections.currency_code payment_collections.id
    payment_collections.payment_providers payment_collections.payment_sessions payment_collections.payments
    payment_collections.status payment_status promotions promotions.application_method.currency_code
    promotions.application_method.type promotions.application_method.value promotions.code promotions.id
    promotions.is_automatic promotions.is_tax_inclusive sales_channel_id shipping_address.created_at
    shipping_address.id shipping_address.metadata shipping_address.updated_at shipping_discount_total
    shipping_methods.adjustments.amount shipping_methods.adjustments.created_at shipping_methods.adjustments.id
    shipping_methods.adjustments.order_id shipping_methods.adjustments.shipping_method_id
    shipping_methods.adjustments.updated_at shipping_methods.amount shipping_methods.created_at
    shipping_methods.data shipping_methods.discount_tax_total shipping_methods.discount_total
    shipping_methods.id shipping_methods.is_tax_inclusive shipping_methods.metadata shipping_methods.name
    shipping_methods.order_id shipping_methods.original_subtotal shipping_methods.original_tax_total
    shipping_methods.original_total shipping_methods.shipping_option_id shipping_methods.subtotal
    shipping_methods.tax_lines.code shipping_methods.tax_lines.created_at shipping_methods.tax_lines.id
    shipping_methods.tax_lines.rate shipping_methods.tax_lines.shipping_method_id
    shipping_methods.tax_lines.subtotal shipping_methods.tax_lines.total shipping_methods.tax_lines.updated_at
    shipping_methods.tax_total shipping_methods.total shipping_methods.updated_at
""")
"""What may be asked of an order beside the defaults."""

ORDERS_ALLOWED: Final = _words("""
    billing_address cart.id credit_line_total customer.email customer.id customer_id discount_tax_total
    discount_total email fulfillment_status fulfillments gift_card_tax_total gift_card_total item_discount_total
    item_subtotal item_tax_total item_total items items.detail items.metadata items.product items.variant
    original_item_subtotal original_item_tax_total original_item_total original_shipping_subtotal
    original_shipping_tax_total original_shipping_total original_subtotal original_tax_total original_total
    payment_collections payment_collections.payment_providers payment_collections.payment_sessions
    payment_collections.payments payment_status promotions promotions.application_method.currency_code
    promotions.application_method.type promotions.application_method.value promotions.code promotions.id
    promotions.is_automatic promotions.is_tax_inclusive region_id sales_channel_id shipping_address
    shipping_discount_total shipping_methods shipping_subtotal shipping_tax_total shipping_total subtotal
    tax_total
""")
"""What may be asked of a list of orders beside the defaults."""

PAYMENT_COLLECTION_DEFAULTS: Final = _words("""
    id currency_code amount *payment_sessions
""")
"""What a payment collection shows."""

PAYMENT_COLLECTION_ALLOWED: Final = _words("""
    payment_providers payment_providers.id payment_sessions.amount payment_sessions.currency_code
    payment_sessions.data payment_sessions.id payment_sessions.provider_id payment_sessions.status status
""")
"""What may be asked of a payment collection beside the defaults."""
