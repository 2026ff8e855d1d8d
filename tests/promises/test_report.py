"""docs/promises.md lists exactly the tests that there are."""

from __future__ import annotations

from tests.promises.report import PAGE, page, proofs


def test_the_page_lists_exactly_the_proofs() -> None:
    assert PAGE.read_text() == page(), "run: uv run python tests/promises/report.py --write"


def test_each_checkout_promise_has_its_mutation() -> None:
    found = proofs()
    for number in (1, 2, 3, 4, 5, 6, 8, 26):
        names = [name for tests in found[number].values() for name in tests]
        assert any("_mutation_" in name for name in names), f"promise {number} has no mutation"
