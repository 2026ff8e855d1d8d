"""Tables of the currency module."""

from __future__ import annotations

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import Amount, Base, Timestamped


class Currency(Timestamped, Base):
    """A currency by its lower-case code; `decimal_digits` says what its minor unit is."""

    __tablename__ = "currency"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    symbol: Mapped[str]
    symbol_native: Mapped[str]
    name: Mapped[str]
    decimal_digits: Mapped[int]
    rounding: Mapped[Amount]
