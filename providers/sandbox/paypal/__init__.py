"""A stand-in of PayPal in a process of its own: its HTTP, its pages, its webhooks, and every way to fail."""
