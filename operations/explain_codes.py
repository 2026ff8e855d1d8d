"""What the promotions of a cart do, and why a code takes nothing off, in words; nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from commerce.cart.rows import CartState, Line, Method
from commerce.promotion.explain import promotion_sentence
from commerce.promotion.types import Promotion
from commerce.totals.explain import shown_amount
from commerce.totals.results import TotalsResult
from kit.decimals import EXACT, ZERO
from operations.load_cart import LoadedCart
from operations.load_promotions import LoadedPromotions
from operations.price_cart import total_cart, totals_input
from operations.promote_cart import promote


@dataclass(frozen=True, slots=True)
class CodeWords:
    """What each promotion does, by its id; and a sentence for each code and each automatic promotion."""

    promotions: Mapping[str, str]
    codes: tuple[str, ...]


def code_words(loaded: LoadedCart, result: TotalsResult, asked: Sequence[str], *, is_completed: bool) -> CodeWords:
    """Hold the cart's promotions, the automatic ones and each that is `asked` for against the cart as it is now.

    The cart was loaded with the codes that are `asked` for.
    """
    state, found = loaded.state, loaded.promotions or LoadedPromotions()
    known = found.asked.difference(found.unknown)
    now = _taken(state, result)
    sentences: dict[str, str] = {}
    for promotion in sorted(found.promotions, key=lambda each: _place(each, state, asked)):
        if is_completed and promotion.id not in now and promotion.code not in known:
            continue  # an automatic one, too late for this cart
        heard = _held_against(state, found, promotion, now.get(promotion.id))
        sentences[promotion.code] = _sentence(heard, state, is_completed=is_completed)
    sentences |= {code: "there is no such code" for code in asked if code not in known}
    told = tuple(f"{code}: {sentence}" for code, sentence in sentences.items())
    return CodeWords({each.id: promotion_sentence(each) for each in found.promotions}, told)


def _place(promotion: Promotion, state: CartState, asked: Sequence[str]) -> tuple[bool, int]:
    """Sort the promotions of the cart and the automatic ones before those that were asked for, as they were."""
    own = promotion.is_automatic or promotion.id in state.promotion_ids
    return not own, 0 if own else list(asked).index(promotion.code)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a promotion takes now, what it would take if the cart were changed, and why it would not."""

    promotion: Promotion
    now: Decimal | None
    then: Decimal | None
    reason: str | None


def _held_against(state: CartState, found: LoadedPromotions, promotion: Promotion, now: Decimal | None) -> _Heard:
    """Compute the cart with this promotion beside those it has: what else was asked for must not change the answer."""
    own = tuple(each for each in found.promotions if each.is_automatic or each.id in state.promotion_ids)
    beside = own if promotion in own else (*own, promotion)
    # A code was asked for here by no shopper: one that cannot be counted is told, not refused.
    fresh, reasons = promote(state, replace(found, promotions=beside, asked=frozenset()))
    return _Heard(promotion, now, _taken(fresh, total_cart(fresh)).get(promotion.id), reasons.get(promotion.code))


def _sentence(heard: _Heard, state: CartState, *, is_completed: bool) -> str:
    now, then = (None if each is None else _amount(each, state) for each in (heard.now, heard.then))
    if is_completed:
        return f"takes {now} off" if now else "is not on the cart, which is completed"
    if now is None:
        change = "the next change" if heard.promotion.is_automatic else "naming it"
        return f"is not on the cart; {change} would take {then} off" if then else f"takes nothing off: {heard.reason}"
    if then is None:
        return f"takes {now} off until the cart is next changed: {heard.reason}"
    return f"takes {now} off" + ("" if now == then else f"; the next change makes that {then}")


def _amount(amount: Decimal, state: CartState) -> str:
    given = totals_input(state)
    return shown_amount(amount, given.currency, given.rounding)


def _taken(state: CartState, result: TotalsResult) -> dict[str, Decimal]:
    """Return what each promotion takes off the whole cart, with tax, by its id."""
    things: list[Line | Method] = [*state.lines, *state.methods]
    owners = {part.id: part.promotion_id or "" for thing in things for part in thing.adjustments}
    taken: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for thing in (*result.lines, *result.shipping_methods):
            for part in thing.adjustments:
                taken[owners[part.id]] = taken.get(owners[part.id], ZERO) + part.total
    return taken
