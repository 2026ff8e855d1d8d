"""A stand-in of Stripe: its HTTP API on loopback, with a memory, its idempotency, its test cards, and faults."""
