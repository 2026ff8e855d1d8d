"""How hypothesis runs: always the same few examples; with `EURYALE_LONG=1` many, others each time."""

from __future__ import annotations

import os
from typing import Final

from hypothesis import HealthCheck, settings

IS_LONG: Final = bool(os.environ.get("EURYALE_LONG"))
SLOW: Final = (
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
)  # a cart of six lines and four promotions is no small example


def examples(short: int, long: int) -> settings:
    """Return settings for `short` fixed examples in every run, `long` ones in the long form."""
    return settings(
        max_examples=long if IS_LONG else short,
        derandomize=not IS_LONG,
        database=None,
        deadline=None,
        suppress_health_check=SLOW,
        print_blob=True,
    )


PROPERTY: Final = examples(200, 2_000)
PROOF: Final = examples(300, 50_000)
"""Of whole carts: what the money rules are held against."""
