"""Tax regions, rates and their rules."""
