"""How to reach a workflow from anywhere: ids, types, client, relay."""
