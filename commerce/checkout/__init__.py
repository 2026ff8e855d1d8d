"""Checkout attempts: the protocol between a cart, its money and its order."""
