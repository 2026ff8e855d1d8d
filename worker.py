"""The worker: wiring only."""
