"""What a cart is by rights: a model without prices, and what each request does to it, or why it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import permutations
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Line:
    """A line; `id` is None while no answer has told it. Lines of one variant and number are one line."""

    id: str | None
    variant: str
    number: int
    quantity: Decimal


@dataclass(frozen=True)
class Model:
    """A cart as its requests say; `asked` are the codes that were given and not taken away, whether they act or not."""

    lines: tuple[Line, ...] = ()
    region: str = "region_eu"
    email: str | None = None
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Shop:
    """What the model knows of a shop: units in stock (None: no limit), countries by region, all codes."""

    stock: Mapping[str, Decimal | None]
    countries: Mapping[str, Sequence[str]]
    codes: frozenset[str]


Refused: TypeAlias = int  # the status
Effect: TypeAlias = Callable[[Model, Shop], Model | Refused]


@dataclass(frozen=True)
class Request:
    """One request and its effect; `may_fail`: the model does not know whether it is refused, and it changes nothing."""

    method: str
    path: str
    body: Any
    effect: Effect
    may_fail: bool = False


def added(*items: tuple[str, int, Decimal]) -> Effect:
    """Return the effect of adding units of variants, all or none."""

    def effect(model: Model, shop: Shop) -> Model | Refused:
        lines = list(model.lines)
        for variant, number, quantity in items:
            at = next((n for n, each in enumerate(lines) if (each.variant, each.number) == (variant, number)), None)
            if at is None:
                lines.append(Line(None, variant, number, quantity))
            else:
                lines[at] = replace(lines[at], quantity=lines[at].quantity + quantity)
        return _in_stock(replace(model, lines=tuple(lines)), shop, {variant for variant, *_ in items})

    return effect


def changed(line_id: str, quantity: Decimal) -> Effect:
    """Return the effect of a line's new quantity."""

    def effect(model: Model, shop: Shop) -> Model | Refused:
        found = [each for each in model.lines if each.id == line_id]
        if not found:
            return 404
        if not quantity:
            return removed(line_id)(model, shop)
        lines = tuple(replace(each, quantity=quantity) if each.id == line_id else each for each in model.lines)
        return _in_stock(replace(model, lines=lines), shop, {found[0].variant})

    return effect


def removed(line_id: str) -> Effect:
    """Return the effect of a line's removal; one that is gone is no error."""
    return lambda model, _: replace(model, lines=tuple(each for each in model.lines if each.id != line_id))


def given(*codes: str) -> Effect:
    """Return the effect of giving codes; none takes all away."""

    def effect(model: Model, shop: Shop) -> Model | Refused:
        if not shop.codes.issuperset(codes):
            return 400
        return replace(model, asked=model.asked.union(codes) if codes else frozenset())

    return effect


def taken_away(*codes: str) -> Effect:
    """Return the effect of taking codes away."""
    return lambda model, _: replace(model, asked=model.asked.difference(codes))


def updated(region: str | None, country: str | None, email: str | None, codes: Sequence[str] | None) -> Effect:
    """Return the effect of an update; None is what it does not name."""

    def effect(model: Model, shop: Shop) -> Model | Refused:
        there = region or model.region
        if country is not None and country not in shop.countries[there]:
            return 400
        if codes is not None and not shop.codes.issuperset(codes):
            return 400
        asked = model.asked if codes is None else frozenset(codes)
        return replace(model, region=there, email=email or model.email, asked=asked)

    return effect


def nothing(model: Model, _: Shop) -> Model:
    """Leave everything that the model knows as it is."""
    return model


def _in_stock(model: Model, shop: Shop, variants: set[str]) -> Model | Refused:
    for variant in variants:
        units = sum((each.quantity for each in model.lines if each.variant == variant), Decimal(0))
        stock = shop.stock[variant]
        if stock is not None and units > stock:
            return 400
    return model


def explained(
    model: Model, shop: Shop, asked: Sequence[tuple[Request, int]], found: Model, automatic: frozenset[str]
) -> Model | None:
    """Return `found` with the codes asked for, if some order of the requests has these answers and ends in it."""
    for order in permutations(asked):
        end: Model | Refused = model
        for request, status in order:
            assert isinstance(end, Model)
            after = request.effect(end, shop)
            expected = 200 if isinstance(after, Model) else after
            if expected != status and not (request.may_fail and status == 400):
                break
            end = after if isinstance(after, Model) and status == 200 else end
        else:
            assert isinstance(end, Model)
            if _is(end, found, automatic):
                return replace(found, asked=end.asked)
    return None


def _is(end: Model, found: Model, automatic: frozenset[str]) -> bool:
    same = sorted((each.variant, each.number, each.quantity) for each in end.lines) == sorted(
        (each.variant, each.number, each.quantity) for each in found.lines
    )
    ids = {(each.variant, each.number): each.id for each in found.lines}
    known = all(each.id in (None, ids.get((each.variant, each.number))) for each in end.lines)
    rest = (end.region, end.email) == (found.region, found.email)
    return same and known and rest and found.asked <= end.asked | automatic
