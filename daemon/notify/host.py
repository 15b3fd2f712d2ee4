"""How this daemon is told from others."""

import re
import socket


def host_name() -> str:
    """This machine's name, of letters that a topic may have."""
    name = socket.gethostname().partition(".")[0]
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or "distressd"
