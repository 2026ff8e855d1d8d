// Tries each kind of promotion, by code and automatic, on a cart in each demo region, by Medusa's own JS SDK alone.
// Its argument is what `euryale dev` leaves in .euryale/euryale.json; it prints every cart's figures as JSON, and
// docs/worked-example.md does the same sums by hand.
import Medusa from "@medusajs/js-sdk"

const shop = JSON.parse(process.argv[2])
const auth = { type: "jwt", jwtTokenStorageMethod: "memory" }
const { admin, auth: login } = new Medusa({ baseUrl: shop.api_url, auth })
const { store } = new Medusa({ baseUrl: shop.api_url, publishableKey: shop.publishable_key, auth })
await login.login("user", "emailpass", { email: shop.admin_email, password: shop.admin_password })

const places = {
  Europe: { currency: "eur", prefers_tax: false, mug: 14, address: { country_code: "de" } },
  "United States": { currency: "usd", prefers_tax: true, mug: 15, address: { country_code: "us", province: "ca" } },
}
for (const { id, name } of shop.regions) places[name].region = id

// Prices of EUR include tax and prices of USD do not; the mug's own price in each region is to be the other way round.
const { price_preferences: preferences } = await admin.pricePreference.list({ attribute: "region_id" })
for (const { region, prefers_tax: is_tax_inclusive } of Object.values(places)) {
  const there = preferences.find((preference) => preference.value === region)
  if (there) await admin.pricePreference.update(there.id, { is_tax_inclusive })
  else await admin.pricePreference.create({ attribute: "region_id", value: region, is_tax_inclusive })
}
const variantOf = async (title) => (await admin.product.list({ title, fields: "*variants" })).products[0].variants[0]
const [tee, mug] = [await variantOf("Classic T-Shirt"), await variantOf("Stoneware Mug")]
await admin.product.updateVariant(mug.product_id, mug.id, {
  prices: [
    { currency_code: "eur", amount: 16.5 },
    { currency_code: "usd", amount: 18 },
    ...Object.values(places).map(({ currency, mug: amount, region }) => ({
      currency_code: currency,
      amount,
      rules: { region_id: region },
    })),
  ],
})

const rule = (attribute, ...values) => ({ attribute, operator: "in", values })
const of = (variant) => [rule("items.product.id", variant.product_id)]
const percentage = (value, target_type, more) => ({ type: "percentage", value, target_type, ...more })
const fixed = (value, target_type, more) => ({ type: "fixed", value, target_type, ...more })
const buyget = (method) => ({
  type: "buyget",
  application_method: {
    ...method,
    allocation: "each",
    max_quantity: 1,
    buy_rules_min_quantity: 2,
    apply_to_quantity: 1,
    buy_rules: of(tee),
    target_rules: of(mug),
  },
})
const standard = (application_method, more) => ({ type: "standard", application_method, ...more })
const kinds = {
  "percentage-order": standard(percentage(10, "order")),
  "fixed-order": standard(fixed(6, "order")),
  "fixed-order-with-tax": standard(fixed(10, "order"), { is_tax_inclusive: true }),
  "percentage-across": standard(percentage(15, "items", { allocation: "across" })),
  "fixed-across": standard(fixed(12, "items", { allocation: "across" })),
  "percentage-each": standard(percentage(20, "items", { allocation: "each", max_quantity: 1 })),
  "fixed-each": standard(fixed(3, "items", { allocation: "each", max_quantity: 2 })),
  "percentage-once": standard(percentage(50, "items", { allocation: "once", max_quantity: 1 })),
  "fixed-once": standard(fixed(4, "items", { allocation: "once", max_quantity: 1 })),
  "percentage-shipping": standard(percentage(100, "shipping_methods", { allocation: "each", max_quantity: 1 })),
  "fixed-shipping": standard(fixed(4, "shipping_methods", { allocation: "across" })),
  "percentage-buyget": buyget(percentage(100, "items")),
  "fixed-buyget": buyget(fixed(5, "items")),
}
const codeOf = (kind) => kind.toUpperCase()
const automatic = []
for (const [kind, promotion] of Object.entries(kinds)) {
  await admin.promotion.create({ ...promotion, code: codeOf(kind), status: "active" })
  const { promotion: made } = await admin.promotion.create({
    ...promotion,
    code: `AUTO-${codeOf(kind)}`,
    status: "active",
    is_automatic: true,
    rules: [rule("metadata.try", kind)],
  })
  automatic.push(made.id)
}
await admin.promotion.create({
  ...standard(percentage(25, "order")),
  code: "STUDENTS",
  status: "active",
  rules: [rule("customer.groups.id", "cusgroup_students")],
})

async function fill({ region, address }, metadata, ...promo_codes) {
  const items = [
    { variant_id: tee.id, quantity: 2 },
    { variant_id: mug.id, quantity: 3 },
  ]
  const { cart } = await store.cart.create({ region_id: region, shipping_address: address, items, metadata })
  const { shipping_options: options } = await store.fulfillment.listCartOptions({ cart_id: cart.id })
  const option_id = options.find((option) => option.name === "Standard Shipping").id
  await store.cart.addShippingMethod(cart.id, { option_id })
  return (await store.cart.update(cart.id, { promo_codes })).cart
}

const figures = ({ id, total, discount_total, tax_total, item_total, shipping_total, promotions }) => ({
  ...{ id, total, discount_total, tax_total, item_total, shipping_total },
  codes: promotions.map((promotion) => promotion.code),
})
const tried = []
const stacked = {}
for (const [name, place] of Object.entries(places)) {
  tried.push({ region: name, kind: "nothing", how: "code", ...figures(await fill(place, {})) })
  for (const kind of Object.keys(kinds)) {
    tried.push({ region: name, kind, how: "code", ...figures(await fill(place, {}, codeOf(kind))) })
    tried.push({ region: name, kind, how: "automatic", ...figures(await fill(place, { try: kind })) })
  }
}
for (const id of automatic) await admin.promotion.update(id, { status: "inactive" })
const codes = ["percentage-buyget", "percentage-shipping", "percentage-across", "percentage-order"].map(codeOf)
for (const [name, place] of Object.entries(places)) {
  stacked[name] = figures(await fill(place, {}, ...codes, "STUDENTS"))
}
console.log(JSON.stringify({ tried, stacked }))
