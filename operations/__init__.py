"""Use cases that span modules: one function each, in the transaction of its caller."""
