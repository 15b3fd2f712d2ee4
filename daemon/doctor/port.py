"""Is the port free, or ours?"""

import errno
import socket
from urllib.parse import urlsplit

from daemon.doctor.check import Finding, Setting
from daemon.errors import StateError
from daemon.state import Run


def check(setting: Setting) -> Finding:
    """Whether the daemon could listen where the configuration says, or does so already."""
    serve = setting.config.serve
    if serve.port == 0:
        return Finding("ok", "the system chooses a free one")
    try:
        run = Run.read(setting.state)
    except StateError as error:
        return Finding("warning", error.message, error.remedy)
    if run is not None and urlsplit(run.url).port == serve.port:
        return Finding("ok", f"{serve.port} is served by this daemon (process {run.pid})")
    family = socket.AF_INET6 if ":" in serve.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((serve.host, serve.port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = "is in use by another program" if taken else f"cannot be used ({error.strerror})"
            return Finding(
                "failed",
                f"Port {serve.port} on {serve.host} {why}.",
                "Set [serve] port to another, or to 0 for any.",
            )
    return Finding("ok", f"{serve.port} on {serve.host} is free")
