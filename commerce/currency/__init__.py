"""The built-in table of currencies (contract section 6)."""
