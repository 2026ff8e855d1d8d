"""What the demands on the verdicts catch."""

from __future__ import annotations

from tests.contract.demands import broken, raised
from tests.contract.replaying import Kind, Verdict

EQUAL = Verdict("pets", "list", Kind.EQUAL)
DIFFERS = Verdict("pets", "list", Kind.DIFFERS, [("pets[0].legs", "pets[0].legs: 4 != 3")])
FLOOR = {"pets": ["list"]}
MEANT = {("pets/list", "pets[0].*"): "ours count better"}


def test_the_floor_holds_and_only_rises() -> None:
    assert broken([DIFFERS], FLOOR, {}) == ["pets/list: pets[0].legs: 4 != 3"]
    assert broken([Verdict("pets", "list", Kind.LATER, about="GET /pets")], FLOOR, {}) == [
        "pets/list: later: GET /pets"
    ]
    assert not broken([DIFFERS], {}, {})
    assert raised(FLOOR, [Verdict("pets", "get", Kind.EQUAL), DIFFERS], {}) == {"pets": ["get", "list"]}
    assert raised({}, [DIFFERS], {}) == {}


def test_what_is_accepted_passes_until_it_no_longer_deviates() -> None:
    assert not broken([DIFFERS], FLOOR, MEANT)
    (line,) = broken([EQUAL], FLOOR, MEANT)
    assert "no longer deviates" in line
    assert not broken([Verdict("pets", "list", Kind.BLOCKED)], {}, MEANT)
