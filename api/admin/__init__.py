"""The Admin API: for users and secret keys."""
