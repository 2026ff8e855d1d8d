"""What the admin's feed shows, and what is sent to people."""
