"""Benchmarks of the whole shop: `python -m bench <what>` (docs/bench.md)."""
