// Buys as a guest through Medusa's own JS SDK, step by step as the recorded story, and prints every answer.
import Medusa from "@medusajs/js-sdk"

const shop = JSON.parse(process.argv[2])
const sdk = new Medusa({
  baseUrl: shop.api_url,
  publishableKey: shop.publishable_key,
  auth: { type: "jwt", jwtTokenStorageMethod: "memory" },
})
const { cart: carts, payment, fulfillment } = sdk.store
const answers = {}

async function step(name, call) {
  try {
    answers[name] = { status: 200, body: await call() }
  } catch (error) {
    answers[name] = { status: error.status ?? 0, message: error.message }
  }
  return answers[name].body
}

const address = {
  first_name: "Greta",
  last_name: "Gast",
  address_1: "Hauptstr. 1",
  city: "Berlin",
  country_code: "de",
  postal_code: "10115",
  phone: "+49301234",
}
const mug = { variant_id: shop.mug, quantity: 1, metadata: { engraving: "Hi" } }

const { cart } = await step("01_create_cart", () => carts.create({ region_id: shop.region }))
await step("02_add_tee", () => carts.createLineItem(cart.id, { variant_id: shop.tee, quantity: 2 }))
await step("03_add_mug", () => carts.createLineItem(cart.id, mug))
await step("04_add_mug_same_metadata_merges", () => carts.createLineItem(cart.id, mug))
await step("05_set_email_and_address", () =>
  carts.update(cart.id, { email: "guest@example.com", shipping_address: address, billing_address: address })
)
await step("06_complete_without_payment", () => carts.complete(cart.id))
await step("07_list_shipping_options", () => fulfillment.listCartOptions({ cart_id: cart.id }))
await step("08_add_shipping_method", () => carts.addShippingMethod(cart.id, { option_id: shop.shipping_option }))
const collection = () =>
  sdk.client.fetch("/store/payment-collections", { method: "POST", body: { cart_id: cart.id } })
const made = await step("11_create_payment_collection", collection)
await step("12_create_payment_collection_again", collection)
await step("13_complete_without_session", () => carts.complete(cart.id))
const sessions = `/store/payment-collections/${made.payment_collection.id}/payment-sessions`
await step("14_create_session_unknown_provider", () =>
  sdk.client.fetch(sessions, { method: "POST", body: { provider_id: "pp_nope" } })
)
const current = (await carts.retrieve(cart.id, { fields: "+payment_collection.id" })).cart
await step("15_create_payment_session", () =>
  payment.initiatePaymentSession(current, { provider_id: shop.provider, data: { behavior: "authorize" } })
)
await step("16_get_cart_before_completion", () => carts.retrieve(cart.id))
const placed = await step("17_complete", () => carts.complete(cart.id))
await step("18_complete_again_is_idempotent", () => carts.complete(cart.id))
await step("19_update_completed_cart", () => carts.update(cart.id, { email: "x@y.de" }))
await step("20_get_order_as_guest", () => sdk.store.order.retrieve(placed.order.id))

await sdk.auth.login("user", "emailpass", { email: shop.admin_email, password: shop.admin_password })
await step("21_admin_view", () => sdk.admin.order.retrieve(placed.order.id))
await step("22_reservations", () =>
  sdk.admin.reservation.list({
    fields: "id,line_item_id,location_id,inventory_item_id,quantity",
    order: "-created_at",
    limit: 2,
  })
)
console.log(JSON.stringify(answers))
