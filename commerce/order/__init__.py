"""Orders, their lines by version, shipping, transactions and summaries."""
