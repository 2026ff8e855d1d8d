"""The servers that come as wheels, PostgreSQL and Temporal, run as children of this process."""
