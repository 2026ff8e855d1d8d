"""The Auth API: how somebody proves who they are."""
