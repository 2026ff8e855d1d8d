"""Messages to admins and customers."""

from __future__ import annotations

from typing import Final

from commerce.notification.models import Notification
from kit.query import Resource, plain

NOTIFICATION: Final[Resource] = Resource(
    Notification,
    key="notification",
    plural="notifications",
    defaults=(
        *("id", "to", "channel", "template", "data", "trigger_type", "resource_id", "resource_type", "receiver_id"),
        *("created_at", "updated_at"),
    ),
    filters=plain("id", "channel", "to"),
    search=("to",),
    combines=True,
    with_deleted=True,
    order="{t}.created_at DESC",
)
