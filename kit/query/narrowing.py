"""Parameters read into conditions: values and lists, operator objects, `$and` and `$or` (contract section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from kit.query.columns import Kind
from kit.query.filters import Comparison, Condition, Filter, Junction, Narrowing, Term
from kit.query.parameters import Value
from kit.query.patterns import containing, read_pattern
from kit.query.refusals import Faults, too_deep_filters, too_large, unrecognized, wrong_choice, wrong_type
from kit.query.values import read_value

NULL: Final = "null"
JAVASCRIPT: Final = {Kind.NUMBER: "number", Kind.INTEGER: "number", Kind.BOOLEAN: "boolean"}
WORDS: Final[Mapping[str, Literal["AND", "OR"]]] = {"$and": "AND", "$or": "OR"}
MOST_DEPTH: Final = 3  # `$and[0][$or][0][$and][0]`
MOST_TERMS: Final = 100

EITHER: Final = {"$eq": (Comparison.EQUALS, Comparison.ONE_OF), "$ne": (Comparison.DIFFERS, Comparison.NONE_OF)}
LISTS: Final = {"$in": Comparison.ONE_OF, "$nin": Comparison.NONE_OF}
ORDERED: Final = {
    "$gt": Comparison.ABOVE,
    "$gte": Comparison.AT_LEAST,
    "$lt": Comparison.BELOW,
    "$lte": Comparison.AT_MOST,
}
TEXTUAL: Final = {
    "$like": Comparison.LIKE,
    "$ilike": Comparison.ILIKE,
    "$re": Comparison.MATCHES,
    "$contains": Comparison.LIKE,
}
OPERATORS: Final = frozenset({*EITHER, *LISTS, *ORDERED, *TEXTUAL})
NULLS: Final = {Comparison.EQUALS: Comparison.IS_NULL, Comparison.ONE_OF: Comparison.IS_NULL}


def narrow(
    filters: Mapping[str, Filter],
    asked: Mapping[str, Value],
    faults: Faults,
    *,
    combines: bool = False,
    unknown: Literal["reject", "ignore"] = "reject",
) -> Narrowing:
    """Return the conditions that the parameters `asked` for mean; with `combines` inside `$and` and `$or` too.

    Gathers in `faults` names that are no filters (unless those are ignored), values of the wrong type, operator
    objects on plain filters, too many conditions and too deep ones.
    """
    reader = _Reader(filters, faults, combines=combines, unknown=unknown)
    return Narrowing(tuple(reader.terms(asked)), tuple(reader.values))


def elements(name: str, kind: Kind, value: Value) -> list[str]:
    """Return the texts of a parameter that may be one text or a list; one list element may be a comma list.

    Errors: invalid_data for anything else, such as an operator object.
    """
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping) or not all(isinstance(each, str) for each in value):
        raise wrong_type(name, f"{JAVASCRIPT.get(kind, 'string')}, array", value)
    texts = [str(each) for each in value]
    return texts[0].split(",") if len(texts) == 1 else texts


class _Reader:
    """Reads one request; gathers the values of its conditions in the order in which the conditions are written."""

    def __init__(
        self, filters: Mapping[str, Filter], faults: Faults, *, combines: bool, unknown: Literal["reject", "ignore"]
    ) -> None:
        self.values: list[object] = []
        self._filters = filters
        self._faults = faults
        self._words = WORDS if combines else {}
        self._unknown = unknown
        self._conditions = 0

    def terms(self, asked: Mapping[str, Value], within: tuple[str, ...] = ()) -> list[Term]:
        """Return the terms of one filter object, in the order of the declaration: one compiled statement."""
        found: list[Term] = []
        unknown: list[str] = []
        known = dict(self._known(asked, unknown))
        for name in (*self._filters, *self._words):
            if name in known:
                with self._faults.gathered():
                    found += self._term(name, (*within, name), known[name])
        if unknown and self._unknown == "reject":
            with self._faults.gathered():
                raise unrecognized(unknown)
        return found

    def _term(self, name: str, path: tuple[str, ...], value: Value) -> Iterator[Term]:
        if name in self._words:
            return self._junction(self._words[name], path, value)
        return self._read(", ".join(path), self._filters[name], value)

    def _known(self, asked: Mapping[str, Value], unknown: list[str]) -> Iterator[tuple[str, Value]]:
        """Yield the filters among what was asked, `variants[sku]` as `variants.sku`; the rest is `unknown`."""
        for name, value in asked.items():
            if isinstance(value, Mapping) and self._is_nested(name, value):
                for key, each in value.items():
                    if f"{name}.{key}" in self._filters:
                        yield f"{name}.{key}", each
                    else:
                        unknown.append(f"{name}.{key}")
            elif name in self._filters or name in self._words:
                yield name, value
            else:
                unknown.append(name)

    def _is_nested(self, name: str, value: Mapping[str, Value]) -> bool:
        """Tell whether filters below `name` are meant, and not an operator object for `name` itself."""
        has_inner = any(each.startswith(f"{name}.") for each in self._filters)
        return has_inner and not any(key in OPERATORS for key in value)

    def _junction(self, word: Literal["AND", "OR"], path: tuple[str, ...], value: Value) -> Iterator[Term]:
        name = ", ".join(path)
        if not isinstance(value, list):
            raise wrong_type(name, "array", value)
        if len(path) > 2 * MOST_DEPTH:
            raise too_deep_filters(MOST_DEPTH)
        terms: list[Term] = []
        for number, each in enumerate(value):
            if not isinstance(each, Mapping):
                raise wrong_type(f"{name}, {number}", "object", each)
            terms.append(Junction("AND", tuple(self.terms(each, (*path, str(number))))))
        if terms:
            yield Junction(word, tuple(terms))

    def _read(self, name: str, filter_: Filter, value: Value) -> Iterator[Term]:
        """Yield the terms of one filter, all of which must hold."""
        self._conditions += 1
        if self._conditions > MOST_TERMS:
            raise too_large("filters", MOST_TERMS)
        if isinstance(value, Mapping) and filter_.operators:
            yield from self._operators(name, filter_, value)
        elif filter_.seeks:
            yield from self._sought(name, filter_, value)
        else:
            yield self._equal(name, filter_, value, EITHER["$eq"])

    def _sought(self, name: str, filter_: Filter, value: Value) -> Iterator[Term]:
        text = str(read_value(name, Kind.TEXT, _one(name, Kind.TEXT, value)))
        if text:
            self.values.append(containing(text))
            yield Condition(filter_, Comparison.ILIKE)

    def _operators(self, name: str, filter_: Filter, given: Mapping[str, Value]) -> Iterator[Term]:
        if unknown := [operator for operator in given if operator not in OPERATORS]:
            raise unrecognized(f"{name}, {each}" for each in unknown)
        for operator in sorted(given):
            value, place = given[operator], f"{name}, {operator}"
            if operator in EITHER:
                yield self._equal(place, filter_, value, EITHER[operator])
            elif operator in LISTS:
                texts: Value = [value] if isinstance(value, str) else value
                yield self._equal(place, filter_, texts, (LISTS[operator], LISTS[operator]))
            elif operator in ORDERED:
                self.values.append(read_value(place, filter_.kind, _one(place, filter_.kind, value)))
                yield Condition(filter_, ORDERED[operator])
            else:
                text = _one(place, filter_.kind, value)
                self.values.append(read_pattern(operator, place, filter_.kind, text))
                yield Condition(filter_, TEXTUAL[operator])

    def _equal(self, name: str, filter_: Filter, value: Value, compared: tuple[Comparison, Comparison]) -> Term:
        """Return the term that compares with one value (the first comparison) or with several (the second)."""
        texts = _taken(name, filter_, value)
        kept = [each for each in texts if each != NULL or not filter_.nullable]
        is_equal = compared[1] is Comparison.ONE_OF
        terms: list[Term] = []
        if len(kept) < len(texts):
            terms.append(Condition(filter_, Comparison.IS_NULL if is_equal else Comparison.IS_FILLED))
        read = [read_value(name, filter_.kind, each) for each in kept]
        if kept and isinstance(value, str):
            self.values.append(read[0])
            terms.append(Condition(filter_, compared[0]))
        elif kept or not texts:
            self.values.append(read)
            terms.append(Condition(filter_, compared[1]))
        return terms[0] if len(terms) == 1 else Junction("OR" if is_equal else "AND", tuple(terms))


def _taken(name: str, filter_: Filter, value: Value) -> list[str]:
    """Return the texts of a filter's value. Errors: invalid_data when it takes no such."""
    if filter_.takes == "list" and not isinstance(value, list):
        raise wrong_type(name, "array", value)
    texts = [_one(name, filter_.kind, value)] if filter_.takes == "one" else elements(name, filter_.kind, value)
    for each in texts:
        if filter_.values and each not in filter_.values:
            raise wrong_choice(name, filter_.values, each)
    return texts


def _one(name: str, kind: Kind, value: Value) -> str:
    if not isinstance(value, str):
        raise wrong_type(name, JAVASCRIPT.get(kind, "string"), value)
    return value
