"""HTTP only: parse, authorise, call, project."""
