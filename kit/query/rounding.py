"""The one rounding that SQL may do (design.md section 6): `rho`, equal to that of kit/decimals."""

from __future__ import annotations


def rho(amount: str, digits: str) -> str:
    """Return the SQL that rounds `amount` half up (away from zero) to `digits` decimals, both being SQL.

    PostgreSQL's `round(numeric, int)` does exactly that; `round(double precision)` would not, hence the cast.
    """
    return f"trim_scale(round(({amount})::numeric, ({digits})::int))"
