"""The read side: one Resource declaration per entity."""
