"""Customers, guests among them."""
