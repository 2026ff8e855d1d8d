"""`/admin/product-categories`: the tree, its ranks, its branches; the recorded answers are asked elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from api.state import State
from commerce.product.models import Product
from kit.db import Database, run, save
from tests.support.statements import recorded_statements

PATH = "/admin/product-categories"
Json = dict[str, Any]
Ask = Callable[..., Awaitable[Json]]


@pytest.fixture
def ask(client: AsyncClient, admin: dict[str, str]) -> Ask:
    """Return a function that asks as an admin and returns what was answered, or its refusal."""

    async def send(method: str, path: str = "", **body: Any) -> Json:  # noqa: ANN401 - JSON
        response = await client.request(method, PATH + path, headers=admin, json=body or None)
        answer: Json = response.json()
        return answer if response.status_code == 200 else {"status": response.status_code, **answer}

    return send


async def plant(ask: Ask, *names: str, parent: str | None = None, **more: Any) -> list[str]:  # noqa: ANN401 - JSON
    """Create active categories below `parent` and return their ids."""
    body = {"parent_category_id": parent, "is_active": True, **more}
    return [(await ask("POST", name=name, **body))["product_category"]["id"] for name in names]


async def tree(database: Database) -> dict[str, tuple[int, str]]:
    """Return rank and path of names for every living category."""
    async with database.reading() as connection:
        rows = await run(
            connection,
            """SELECT c.name, c.rank, (SELECT string_agg(a.name, '/' ORDER BY place) FROM
              unnest(string_to_array(c.mpath, '.')) WITH ORDINALITY AS step(id, place)
              JOIN product_category a USING (id)) AS path
            FROM product_category c WHERE c.deleted_at IS NULL""",
        )
    return {row.name: (row.rank, row.path) for row in rows}


async def events(database: Database) -> list[str]:
    async with database.reading() as connection:
        rows = await run(connection, "SELECT name FROM outbox_event WHERE name LIKE 'product-category%' ORDER BY id")
    return [row[0].removeprefix("product-category.") for row in rows]


async def test_moves_within_and_between_parents_keep_ranks_dense(ask: Ask, database: Database) -> None:
    left, right = await plant(ask, "L", "R")
    a, b, _ = await plant(ask, "a", "b", "c", parent=left)
    (below,) = await plant(ask, "deep", parent=b)
    await plant(ask, "deeper", parent=below)
    await plant(ask, "x", parent=right)
    await plant(ask, "first", parent=left, rank=0)
    assert await tree(database) == {
        "L": (0, "L"),
        "R": (1, "R"),
        "first": (0, "L/first"),
        "a": (1, "L/a"),
        "b": (2, "L/b"),
        "c": (3, "L/c"),
        "deep": (0, "L/b/deep"),
        "deeper": (0, "L/b/deep/deeper"),
        "x": (0, "R/x"),
    }
    await ask("POST", f"/{a}", rank=99)  # the last place there is
    moved = await ask("POST", f"/{b}", parent_category_id=right, rank=0, name="B")
    assert (moved["product_category"]["rank"], moved["product_category"]["parent_category"]["name"]) == (0, "R")
    assert await tree(database) == {
        "L": (0, "L"),
        "R": (1, "R"),
        "first": (0, "L/first"),
        "c": (1, "L/c"),
        "a": (2, "L/a"),
        "B": (0, "R/B"),
        "x": (1, "R/x"),
        "deep": (0, "R/B/deep"),
        "deeper": (0, "R/B/deep/deeper"),
    }
    await ask("POST", f"/{b}", parent_category_id=None)  # without a rank: last
    assert await ask("DELETE", f"/{left}") == {
        "status": 400,
        "type": "not_allowed",
        "message": f"Deleting ProductCategory ({left}) with category children is not allowed",
    }
    for name in ("first", "c", "a"):
        id_ = (await ask("GET", f"?q={name}&parent_category_id={left}"))["product_categories"][0]["id"]
        await ask("DELETE", f"/{id_}")
    for _ in range(2):  # again is no error, and moves nobody
        assert await ask("DELETE", f"/{left}") == {"id": left, "object": "product_category", "deleted": True}
    kept = await tree(database)
    assert {name: kept[name] for name in ("R", "B", "deeper")} == {
        "R": (0, "R"),
        "B": (1, "B"),
        "deeper": (0, "B/deep/deeper"),
    }
    assert await events(database) == [*["created"] * 9, *["updated"] * 3, *["deleted"] * 4]


async def test_what_would_break_the_tree_is_refused(ask: Ask, database: Database) -> None:
    (top,) = await plant(ask, "Top")
    (mid,) = await plant(ask, "Mid", parent=top)
    (low,) = await plant(ask, "Low", parent=mid)
    for parent in (top, low):
        refused = await ask("POST", f"/{top}", parent_category_id=parent, name="Renamed")
        assert (refused["status"], refused["type"]) == (400, "not_allowed")
    for path, body, status, message in (
        ("", {"name": "x", "parent_category_id": "pcat_x"}, 404, "Product category with id: pcat_x was not found"),
        (f"/{low}", {"parent_category_id": "pcat_x"}, 404, "Product category with id: pcat_x was not found"),
        ("/pcat_x", {"name": "x"}, 404, "Product category with id: pcat_x was not found"),
        ("", {"name": "x", "handle": "mid"}, 400, "Product category with handle: mid, already exists."),
        (f"/{low}", {"handle": "mid"}, 400, "Product category with handle: mid, already exists."),
        (
            "",
            {"name": "x", "rank": -1},
            400,
            "Invalid request: Value for field 'rank' too small, expected at least: '0'",
        ),
        ("", {"name": "x", "nope": 1}, 400, "Invalid request: Unrecognized fields: 'nope'"),
        (f"/{low}/products", {"add": ["prod_x"]}, 404, "Products with ids: prod_x were not found"),
    ):
        refused = await ask("POST", path, **body)
        assert (refused["status"], refused["message"]) == (status, message)
    assert await tree(database) == {"Top": (0, "Top"), "Mid": (0, "Top/Mid"), "Low": (0, "Top/Mid/Low")}


async def test_admins_who_move_at_once_leave_dense_ranks_and_no_circle(ask: Ask, database: Database) -> None:
    roots = await plant(ask, *"abcdef")
    creations = [ask("POST", name=f"new {n}", rank=0) for n in range(3)]
    ends = [ask("POST", f"/{roots[n]}", parent_category_id=roots[n - 1]) for n in range(4)]  # a circle, if all were to
    answers = await asyncio.gather(*creations, *ends)
    assert {answer.get("status") for answer in answers} <= {None, 400}
    assert len([answer for answer in answers if "status" not in answer]) >= 6
    found = await tree(database)
    assert len(found) == 9
    ranks: dict[str, list[int]] = {}
    for name, (rank, path) in found.items():
        assert path.split("/")[-1] == name
        ranks.setdefault(path.rpartition("/")[0], []).append(rank)
    assert all(sorted(those) == list(range(len(those))) for those in ranks.values())


def shape(category: Json, below: str) -> Json:
    """Return the names of a branch, nested."""
    found = category[below]
    if isinstance(found, list):
        return {each["name"]: shape(each, below) for each in found}
    return {found["name"]: shape(found, below)} if found else {}


async def test_branches_come_whole_in_the_statement_of_the_page(ask: Ask, state: State) -> None:
    root, other = await plant(ask, "root", "other")
    parent = root
    for level in range(6):
        parent = (await plant(ask, f"level {level}", parent=parent))[0]
    await plant(ask, 'second "quoted"', "hidden \\", parent=root, metadata={"a": [1, {"b": "}]"}]})
    down = {f"level {level}" for level in range(6)}
    with recorded_statements(state.database) as sent:
        page = await ask("GET", "?parent_category_id=null&include_descendants_tree=true")
    assert len(sent) == 2
    assert [each["name"] for each in page["product_categories"]] == ["root", "other"]
    assert shape(page["product_categories"][0], "category_children") == {
        "level 0": {"level 1": {"level 2": {"level 3": {"level 4": {"level 5": {}}}}}},
        'second "quoted"': {},
        "hidden \\": {},
    }
    second = page["product_categories"][0]["category_children"][1]
    plain = (await ask("GET", f"/{root}"))["product_category"]["category_children"][1]
    assert {**plain, "category_children": []} == second
    assert page["product_categories"][1]["category_children"] == []
    with recorded_statements(state.database) as sent:
        leaf = await ask("GET", f"/{parent}?include_ancestors_tree=true&fields=name,*parent_category")
    assert len(sent) == 1
    assert "category_children" not in leaf["product_category"]["parent_category"]
    up: Json = {"root": {}}
    for level in range(5):
        up = {f"level {level}": up}
    assert shape(leaf["product_category"], "parent_category") == up
    both = await ask("GET", f"/{root}?include_ancestors_tree=true&include_descendants_tree=true")
    assert both["product_category"]["parent_category"] is None
    assert down & set(shape(both["product_category"], "category_children"))
    moved = await ask("POST", f"/{other}?include_ancestors_tree=true", parent_category_id=parent)
    assert shape(moved["product_category"], "parent_category") == {"level 5": up}
    assert (await ask("GET", "?include_descendants_tree=perhaps"))["status"] == 400
    assert (await ask("GET", "?include_descendants_tree=false&limit=1"))["product_categories"][0][
        "parent_category"
    ] is None


async def test_a_list_costs_two_statements_and_narrows(ask: Ask, state: State) -> None:
    (root,) = await plant(ask, "Root", description="The root")
    await plant(ask, "Leaf one", "Leaf two", parent=root)
    await ask("POST", name="Inside", is_internal=True)
    for query, names in (
        ("", ["Root", "Leaf one", "Leaf two", "Inside"]),
        ("q=LEAF", ["Leaf one", "Leaf two"]),
        ("q=the+root", ["Root"]),
        ("is_internal=true", ["Inside"]),
        ("is_active=false", ["Inside"]),
        ("external_id=null&parent_category_id=null&order=-name", ["Root", "Inside"]),
        (f"parent_category_id[]={root}&handle=leaf-two", ["Leaf two"]),
        ("$or[0][handle]=root&$or[1][q]=two", ["Root", "Leaf two"]),
        ("created_at[$gt]=2999-01-01", []),
    ):
        with recorded_statements(state.database) as sent:
            page = await ask("GET", f"?{query}")
        assert (query, [each["name"] for each in page["product_categories"]]) == (query, names)
        assert len(sent) == (2 if names else 1)


async def test_products_come_and_go(ask: Ask, database: Database, state: State) -> None:
    products = [Product(title=name, handle=name) for name in ("one", "two", "three")]

    async def make(session: AsyncSession) -> None:
        await save(session, *products)

    await database.transact(make)
    ids = [product.id for product in products]
    (category,) = await plant(ask, "日本")  # no letter that a handle may have
    path = f"/{category}/products?fields=handle,products.id"
    assert (await ask("POST", path, add=ids[:2]))["product_category"]["handle"] == category.lower().replace("_", "-")
    with recorded_statements(state.database) as sent:
        linked = await ask("POST", path, add=[*ids[1:], ids[1]], remove=[ids[0], ids[2], "prod_gone"])
    many = len(sent)
    assert sorted(each["id"] for each in linked["product_category"]["products"]) == sorted(ids[1:])
    with recorded_statements(state.database) as sent:
        await ask("POST", path, add=ids[:1])
    assert len(sent) == many
