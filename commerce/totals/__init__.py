"""The one calculator: every total of a cart or an order (contract section 7), in both rounding modes."""
