"""Price sets, prices, their rules, price lists and preferences."""
