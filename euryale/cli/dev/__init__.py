"""`euryale dev`: the whole shop as one process tree under a supervisor."""
