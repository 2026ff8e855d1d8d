"""The system payment provider: the shop trusts the shopper to pay outside; nothing is held anywhere."""
