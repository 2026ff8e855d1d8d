"""The money of a cart once more: contract sections 7 and 9 and docs/rounding.md, written naively, for tests only.

Slow and obvious, in fractions, which lose nothing; nothing here is shared with the code that it judges. Section 8 is
tests/support/price_reference.py.
"""
