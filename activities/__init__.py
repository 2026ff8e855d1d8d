"""Temporal activities: a method is one transaction or one provider call, never both."""
