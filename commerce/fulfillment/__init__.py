"""Shipping profiles, fulfilment sets, zones and options."""
