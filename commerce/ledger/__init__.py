"""The append-only ledger of money held, taken and given back."""
