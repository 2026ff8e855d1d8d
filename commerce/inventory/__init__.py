"""Inventory items, their levels and reservations."""
