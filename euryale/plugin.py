"""All that the author of a plugin imports.

A plugin is an installed package. A subscriber is announced by an entry point:

    [project.entry-points."euryale.subscribers"]
    thank-you = "my_shop.thanks:thank_you"
"""

from __future__ import annotations

from durable.subscribers import Event, Subscriber, subscriber

__all__ = ["Event", "Subscriber", "subscriber"]
