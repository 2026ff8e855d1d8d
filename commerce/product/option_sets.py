"""The options of products set as a whole: some stay, some are new, the others go (contract section 22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from commerce.product.product_options import Held, add_options, change_options, held_options, remove_options
from commerce.product.types import NewOption, OptionChange, UsedOption
from kit.errors import about, invalid_data, not_found


async def set_options(session: AsyncSession, wanted: Mapping[str, Sequence[str]]) -> None:
    """Let products, by id, have exactly the options with these ids.

    A refusal of a new one knows the product. Errors: as `add_options` and `remove_options`.
    """
    held = await held_options(session, wanted)
    await remove_options(
        session, [(to, id_) for to, options in held.items() for id_ in options if id_ not in wanted[to]]
    )
    new = {to: [UsedOption(id_) for id_ in ids if id_ not in held[to]] for to, ids in wanted.items()}
    kept = {to: [option.title for id_, option in held[to].items() if id_ in ids] for to, ids in wanted.items()}
    await add_options(session, new, kept)


async def replace_options(session: AsyncSession, wanted: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Let products, by id, have exactly these options, each known by its `id` or `title`, with exactly its `values`.

    A refusal of what is wanted knows the product. Errors: `not_found` for an option of another product, `invalid_data`
    for one without a title, and what `add_options`, `change_options` and `remove_options` refuse.
    """
    held = await held_options(session, wanted)
    new: dict[str, list[NewOption]] = {}
    changed: list[tuple[str, OptionChange]] = []
    kept: dict[str, set[str]] = {}
    for to, options in wanted.items():
        with about(to):
            known = [(_known(held[to], option), option) for option in options]
            new[to] = [_new(option) for mine, option in known if mine is None]
        kept[to] = {mine.id for mine, _ in known if mine is not None}
        changed += [(to, _change(mine, option["values"])) for mine, option in known if mine and "values" in option]
    await remove_options(session, [(to, id_) for to, some in held.items() for id_ in some if id_ not in kept[to]])
    titles = {to: [option.title for id_, option in held[to].items() if id_ in kept[to]] for to in wanted}
    await add_options(session, new, titles)
    await change_options(session, changed)


def _known(held: Mapping[str, Held], option: Mapping[str, Any]) -> Held | None:
    """Return the option of the product that is meant, None for a new one."""
    if option.get("id") is None:
        return next((each for each in held.values() if each.title == option.get("title")), None)
    if option["id"] not in held:
        raise not_found(f"Product option with id: {option['id']} was not found")
    return held[option["id"]]


def _new(option: Mapping[str, Any]) -> NewOption:
    if not option.get("title"):
        raise invalid_data("A new option needs a title")
    return NewOption(option["title"], option.get("values", ()))


def _change(option: Held, texts: Sequence[str]) -> OptionChange:
    gone = [id_ for text, id_ in option.values.items() if text not in texts]
    return OptionChange(option.id, add_values=list(dict.fromkeys(texts)), remove=gone)
