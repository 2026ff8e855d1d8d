"""Request bodies, with Medusa's names."""
