"""Payment collections, sessions, payments, captures, refunds."""
