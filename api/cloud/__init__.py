"""`/cloud`."""
