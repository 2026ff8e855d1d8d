"""Publishable and secret API keys."""
