"""Stripe, through its own SDK; imported only where the shop has a key (providers/registry.py)."""
