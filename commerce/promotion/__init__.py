"""Promotions: codes and automatic discounts, their rules, and the campaigns that limit them (contract section 9)."""
