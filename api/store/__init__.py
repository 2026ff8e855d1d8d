"""The Store API: what a storefront may read and write with its publishable key."""
