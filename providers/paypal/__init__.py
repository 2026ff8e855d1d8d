"""PayPal: orders v2, payments v2 and webhooks v1 over a small client of our own."""
