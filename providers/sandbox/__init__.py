"""The sandbox payment provider: a cruel server in a process of its own, the client side of it, and its auditor."""
