"""The `euryale` command and the dev supervisor."""
