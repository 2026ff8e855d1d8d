"""A query string, read for one resource: fields, filters, order and page (contract section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from kit.query.columns import Kind
from kit.query.filters import Narrowing
from kit.query.narrowing import elements, narrow
from kit.query.parameters import Value, decode
from kit.query.refusals import Faults, bad_order, too_large, too_small, unrecognized, wrong_type
from kit.query.resource import LIVE, Resource
from kit.query.selection import Selection, parse
from kit.query.values import BIGGEST, read_value, read_whole

LARGEST_PAGE: Final = 10_000  # the dashboard asks for 9999; the contract names no maximum, memory does
NO_NARROWING: Final = Narrowing()


@dataclass(frozen=True)
class Request:
    """What a caller asks of a resource.

    `order` is a path, with `-` in front for descending; `with_deleted` means that soft-deleted rows are asked for too;
    `rest` is what the route reads itself.
    """

    selection: Selection
    narrowing: Narrowing = NO_NARROWING
    order: str | None = None
    limit: int = 50
    offset: int = 0
    with_deleted: bool = False
    rest: Mapping[str, Value] = field(default_factory=dict)

    def scope(self, where: Iterable[str]) -> tuple[str, ...]:
        """Return the scope `where` as this request means it: with soft-deleted rows if they are asked for."""
        return tuple(each for each in where if each != LIVE or not self.with_deleted)

    def text(self, name: str) -> str | None:
        """Return the parameter `name` of the route itself, or None. Errors: invalid_data when it is no plain text."""
        value = self.rest.get(name)
        return None if value is None else str(read_value(name, Kind.TEXT, _plain(name, value)))

    def texts(self, name: str) -> list[str] | None:
        """Return the parameter `name`, one text or several, or None. Errors: invalid_data when it is neither."""
        value = self.rest.get(name)
        if value is None:
            return None
        return [str(read_value(name, Kind.TEXT, _plain(name, each))) for each in elements(name, Kind.TEXT, value)]


def read_list(resource: Resource, pairs: Iterable[tuple[str, str]]) -> Request:
    """Return the request that the pairs of a list's query string mean.

    Errors: invalid_data for a parameter that the route does not have (unless it ignores those), a value of the wrong
    type, a page that cannot be, and whatever `parse` refuses.
    """
    given = decode(pairs)
    faults = Faults()
    fields, limit, offset, order, with_deleted = None, resource.limit, 0, None, False
    with faults.gathered():
        fields = _text("fields", given.pop("fields", None))
    with faults.gathered():
        offset = _whole("offset", given.pop("offset", None), 0, BIGGEST)
    with faults.gathered():
        limit = _whole("limit", given.pop("limit", None), resource.limit, LARGEST_PAGE)
    with faults.gathered():
        order = _text("order", given.pop("order", None))
    with faults.gathered():
        with_deleted = _deleted_too(resource, given)
    rest = {name: given.pop(name) for name in resource.accepts if name in given}
    narrowing = _narrowing(resource, given, faults)
    faults.settle()
    selection = _selection(resource, fields)
    return Request(selection, narrowing, _order(resource, order), limit, offset, with_deleted, rest)


def read_one(resource: Resource, pairs: Iterable[tuple[str, str]], *, as_list: bool = False) -> Request:
    """Return the request that the pairs of a single read's query string mean: `fields` and what the route accepts.

    With `as_list` the route takes a list's parameters, as some of the contract's do, and narrows by none of them but
    `with_deleted`. Errors: as `read_list`.
    """
    if as_list:
        asked = read_list(resource, pairs)
        return Request(asked.selection, with_deleted=asked.with_deleted, rest=asked.rest)
    given = decode(pairs)
    faults, fields = Faults(), None
    with faults.gathered():
        fields = _text("fields", given.pop("fields", None))
    rest = {name: given.pop(name) for name in resource.accepts if name in given}
    with faults.gathered():
        if given and resource.unknown == "reject":
            raise unrecognized(given)
    faults.settle()
    return Request(_selection(resource, fields), rest=rest)


def _selection(resource: Resource, fields: str | None) -> Selection:
    selection = parse(fields, resource.defaults, resource.allowed, resource.hops, resource.always)
    return selection if resource.amend is None else resource.amend(selection)


def _narrowing(resource: Resource, given: Mapping[str, Value], faults: Faults) -> Narrowing:
    """Return what the filters among the parameters mean, without those that are only checked."""

    def read(asked: Mapping[str, Value], faults: Faults) -> Narrowing:
        return narrow(resource.narrowed_by, asked, faults, combines=resource.combines, unknown=resource.unknown)

    narrowing = read(given, faults)
    kept = {name: value for name, value in given.items() if name not in resource.idle}
    return narrowing if len(kept) == len(given) else read(kept, Faults())


def _deleted_too(resource: Resource, given: dict[str, Value]) -> bool:
    """Tell whether soft-deleted rows are asked for, and take the parameter out of those given."""
    is_idle = "with_deleted" in resource.idle
    if "with_deleted" not in given or not (resource.with_deleted or is_idle):
        return False
    asked = read_value("with_deleted", Kind.BOOLEAN, _plain("with_deleted", given.pop("with_deleted")))
    return asked is True and not is_idle


def _order(resource: Resource, text: str | None) -> str | None:
    """Return `order` without a plus; a route with an allow list sorts by nothing else."""
    path = (text or "").strip().removeprefix("+").strip()
    if not path:
        return None
    name = path.removeprefix("-")
    if resource.allowed is not None and name not in resource.sortable:
        names = (each.removeprefix("*").removesuffix(".*") for each in (*resource.defaults, *resource.allowed))
        if name not in names:
            raise bad_order(name)
    return path


def _text(name: str, value: Value | None) -> str | None:
    return None if value is None else _plain(name, value)


def _plain(name: str, value: Value) -> str:
    if not isinstance(value, str):
        raise wrong_type(name, "string", value)
    return value


def _whole(name: str, value: Value | None, default: int, most: int) -> int:
    if value is None:
        return default
    if not isinstance(value, str):
        raise wrong_type(name, "number", value)
    number = read_whole(name, value)
    if number < 0:
        raise too_small(name, 0)
    if number > most:
        raise too_large(name, most)
    return number
