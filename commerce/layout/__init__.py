"""How admins arranged the pages of the dashboard."""
