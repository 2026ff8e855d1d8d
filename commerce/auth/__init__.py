"""Who somebody is: auth identities and their providers."""
