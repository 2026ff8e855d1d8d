"""A test of totals that fails prints how the calculator came to the figures that it compared."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

import pytest

from commerce.totals import rules
from commerce.totals.explain import explain
from commerce.totals.results import TotalsResult
from commerce.totals.types import TotalsInput

LAST: Final = pytest.StashKey[list[tuple[TotalsInput, TotalsResult]]]()
TOLD: Final = 2  # most tests compare one calculation, or two with each other


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Remember what the module's `calculate` is given and returns while the test runs."""
    module = getattr(item, "module", None)
    if getattr(module, "calculate", None) is not rules.calculate:
        return (yield)
    item.stash[LAST] = seen = []

    def calculate(cart: TotalsInput) -> TotalsResult:
        result = rules.calculate(cart)
        seen.append((cart, result))
        del seen[:-TOLD]
        return result

    module.calculate = calculate  # type: ignore[union-attr]  # a module that has it
    try:
        return (yield)
    finally:
        module.calculate = rules.calculate  # type: ignore[union-attr]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the explanations to the report of a failure."""
    report = yield
    if call.when == "call" and report.failed:
        for cart, result in item.stash.get(LAST, []):
            report.sections.append(("How the totals came about", explain(cart, result)))
    return report
