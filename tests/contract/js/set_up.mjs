// Sets a whole shop up from what a first start leaves, by Medusa's own JS SDK, and buys in it.
import Medusa from "@medusajs/js-sdk"

const shop = JSON.parse(process.argv[2])
const auth = { type: "jwt", jwtTokenStorageMethod: "memory" }
const { admin, auth: login, client } = new Medusa({ baseUrl: shop.api_url, auth })
await login.login("user", "emailpass", { email: shop.admin_email, password: shop.admin_password })

const { stores } = await admin.store.list()
await admin.store.update(stores[0].id, {
  name: "Corner Shop",
  supported_currencies: [{ currency_code: "eur", is_default: true }, { currency_code: "usd" }],
})
const { sales_channels: [channel] } = await admin.salesChannel.list()
const { region } = await admin.region.create({
  name: "Europe",
  currency_code: "eur",
  countries: ["de", "fr"],
  payment_providers: ["pp_system_default"],
  is_tax_inclusive: true,
})
await admin.taxRegion.create({
  country_code: "de",
  provider_id: "tp_system",
  default_tax_rate: { name: "VAT", code: "DE19", rate: 19 },
})
const { stock_location: location } = await admin.stockLocation.create({
  name: "Berlin",
  address: { address_1: "Hauptstr. 1", country_code: "de" },
})
await admin.stockLocation.updateSalesChannels(location.id, { add: [channel.id] })
await admin.stockLocation.updateFulfillmentProviders(location.id, { add: ["manual_manual"] })
await admin.stockLocation.createFulfillmentSet(location.id, { name: "Parcels", type: "shipping" })
const { stock_location: withSet } = await admin.stockLocation.retrieve(location.id, { fields: "*fulfillment_sets" })
const { fulfillment_set: set } = await admin.fulfillmentSet.createServiceZone(
  withSet.fulfillment_sets[0].id,
  { name: "Germany", geo_zones: [{ type: "country", country_code: "de" }] },
  { fields: "*service_zones" }
)
const { shipping_profiles: [profile] } = await admin.shippingProfile.list()
const { shipping_option: option } = await admin.shippingOption.create({
  name: "Post",
  service_zone_id: set.service_zones[0].id,
  shipping_profile_id: profile.id,
  provider_id: "manual_manual",
  price_type: "flat",
  type: { label: "Standard", description: "A few days", code: "standard" },
  prices: [{ currency_code: "eur", amount: 4.9 }],
})
const { product_category: category } = await admin.productCategory.create({ name: "Kitchen", is_active: true })
const { collection } = await admin.productCollection.create({ title: "Spring" })
const { product } = await admin.product.create({
  title: "Mug",
  status: "published",
  options: [{ title: "Colour", values: ["Red", "Blue"] }],
  shipping_profile_id: profile.id,
  collection_id: collection.id,
  categories: [{ id: category.id }],
  sales_channels: [{ id: channel.id }],
  variants: ["Red", "Blue"].map((colour) => ({
    title: colour,
    sku: `MUG-${colour.toUpperCase()}`,
    options: { Colour: colour },
    prices: [
      { currency_code: "eur", amount: 12 },
      { currency_code: "eur", amount: 11, rules: { region_id: region.id } },
    ],
  })),
})
const { inventory_items: items } = await admin.inventoryItem.list()
for (const item of items) {
  await client.fetch(`/admin/inventory-items/${item.id}/location-levels`, {
    method: "POST",
    body: { location_id: location.id, stocked_quantity: 10 },
  })
}
await admin.promotion.create({
  code: "WELCOME",
  type: "standard",
  status: "active",
  application_method: { type: "percentage", value: 10, target_type: "order" },
})
const { api_keys: [key] } = await admin.apiKey.list({ type: "publishable" })

const { store } = new Medusa({ baseUrl: shop.api_url, publishableKey: key.token, auth })
const { products } = await store.product.list({
  region_id: region.id,
  fields: "*variants.calculated_price,+variants.inventory_quantity",
})
const red = products[0].variants.find((variant) => variant.sku === "MUG-RED")
const address = { first_name: "Ada", address_1: "Hauptstr. 1", city: "Berlin", country_code: "de", postal_code: "10115" }
const { cart } = await store.cart.create({
  region_id: region.id,
  email: "ada@example.com",
  shipping_address: address,
  items: [{ variant_id: red.id, quantity: 2 }],
  promo_codes: ["WELCOME"],
})
const { shipping_options: [offered] } = await store.fulfillment.listCartOptions({ cart_id: cart.id })
const { cart: shipped } = await store.cart.addShippingMethod(cart.id, { option_id: offered.id })
await store.payment.initiatePaymentSession(shipped, { provider_id: "pp_system_default" })
const { order } = await store.cart.complete(cart.id)
const { product: after } = await store.product.retrieve(product.id, { fields: "+variants.inventory_quantity" })
console.log(
  JSON.stringify({
    listed: products.length,
    price: red.calculated_price.calculated_amount,
    stock: red.inventory_quantity,
    is_offered: offered.id === option.id,
    total: order.total,
    left: after.variants.find((variant) => variant.id === red.id).inventory_quantity,
    seen_by_admin: (await admin.order.retrieve(order.id, { fields: "email" })).order.email,
  })
)
