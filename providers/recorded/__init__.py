"""The test provider of the recorded contract; offered only when a setting asks for it."""
