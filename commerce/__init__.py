"""The business, one module a package; modules meet by id strings in operations and queries."""
