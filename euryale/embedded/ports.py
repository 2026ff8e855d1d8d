"""Loopback ports: which are free, and which one to take."""

from __future__ import annotations

import socket


def free_port(preferred: int | None = None) -> int:
    """Return `preferred` when nobody listens on it, else any loopback port that is free at this moment."""
    if preferred and not is_taken(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_taken(port: int) -> bool:
    """Tell whether a server of this machine already uses `port` for loopback traffic."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return True
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the last run do not count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
