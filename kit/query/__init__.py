"""The read engine: Medusa's `fields`, filters, `order` and paging, compiled to one SELECT that answers in JSON.

It knows no entity. One is declared as data in `queries/<noun>.py`::

    COUNTRY = Resource(Country, key="country", plural="countries")
    REGION = Resource(
        Region,                                   # every column of the table is published, `hidden` ones are not
        key="region",
        plural="regions",
        defaults=("id", "name", "currency_code", "automatic_taxes", "created_at", "updated_at", "*countries"),
        filters={**plain("id", "name", "currency_code")},
        relations={"countries": many(lambda: COUNTRY, on="region_id", where=LIVE)},
    )
    STORE_REGION = REGION.but(allowed=("metadata", "payment_providers.id"), max_hops=3)

and read in a route of `api/`::

    request = read_list(STORE_REGION, query.multi_items())        # 400 for what the route does not have
    async with database.reading() as connection:
        text = await fetch_list(connection, STORE_REGION, request, where=[LIVE])

    request = read_one(STORE_REGION, query.multi_items())
    text = await fetch_one(
        connection, STORE_REGION, request.selection, where=["{t}.id = :id", LIVE], params={"id": id_}
    )
    # None: not found. Inside a transaction the session takes the connection's place.

What else a declaration can say:

- a relation is `one(target, on="customer_id", where=...)`, `many(target, on="cart_id", where=...)`, either with
  `on=Link("product_tags", "product_id", "product_tag_id")` or with SQL over `{t}` (the target) and `{parent}`;
  `where` is never implied: `LIVE`, `ANY`, or SQL. Resources that refer to each other: `relations=lambda: {...}`, and
  `import queries.customer` (not `from`), the target being `lambda: queries.customer.CUSTOMER`;
- `computed={"inventory_quantity": computed("SELECT ... {t}.id ... :channels", Kind.NUMBER)}`: compiled only when it
  is asked for and its parameters are given; `**inside("totals", "total", "subtotal")` publishes keys of a stored jsonb;
- `joins={"price": "LEFT JOIN LATERAL (SELECT ...) {price} ON true"}`, used by computed names as `{price}.amount`;
- `twins=("unit_price",)` adds `raw_unit_price` to what `*` means; `along=()` keeps the id out of dotted choices;
- a filter that is no column: `Filter("EXISTS (SELECT ... WHERE x.product_id = {t}.id AND x.tag_id {matches})")`;
- `**ops("created_at", "updated_at", kind=Kind.MOMENT)` are filters that take operator objects, `created_at[$gte]=...`;
- `search=("title", "handle", "SELECT v.product_id FROM variant v WHERE v.sku {matches}")` makes `q` work; the columns
  want the `trigram_index` (kit/tables.py) of the same columns, and a SELECT of relations `sought("v", "sku", ...)`
  (kit/search); `combines=True` takes `$and` and `$or`;
- `with_deleted=True` takes that parameter; whoever fetches leaves `LIVE` out of the scope then (`Request.scope`);
- `instead={"price_rules": "rules"}`: whoever asks for the one name is shown the other;
- `idle=("with_deleted",)`: parameters that a route checks and does not act upon;
- rows that are no table: `Fragment("SELECT i.*, v.quantity FROM ... WHERE ...", {**columns_of(Model), ...})`.

Every value is bound; the text depends on names and shapes alone and is kept, so that PostgreSQL's prepared statement is
used again. `plan_cache_mode` is a setting of the connection: hand in one that has it, the text does not change.
"""

from kit.query.columns import Column, Kind, columns_of, computed, inside
from kit.query.compiler import Shape, compile_list, compile_one, compile_page, compile_rows
from kit.query.fetch import fetch_all, fetch_list, fetch_object, fetch_one
from kit.query.filters import Filter, ops, plain
from kit.query.request import Request, read_list, read_one
from kit.query.resource import ANY, LIVE, Fragment, Link, Relation, Resource, many, one
from kit.query.rounding import rho
from kit.query.selection import Selection, parse

__all__ = [
    "ANY",
    "LIVE",
    "Column",
    "Filter",
    "Fragment",
    "Kind",
    "Link",
    "Relation",
    "Request",
    "Resource",
    "Selection",
    "Shape",
    "columns_of",
    "compile_list",
    "compile_one",
    "compile_page",
    "compile_rows",
    "computed",
    "fetch_all",
    "fetch_list",
    "fetch_object",
    "fetch_one",
    "inside",
    "many",
    "one",
    "ops",
    "parse",
    "plain",
    "read_list",
    "read_one",
    "rho",
]
