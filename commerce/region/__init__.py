"""Regions, their countries and the payment providers they offer."""
