"""The front door: the command line and what a plugin author imports."""
