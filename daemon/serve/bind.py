"""The socket that the server listens on, and whether it may."""

import errno
import ipaddress
import socket
import ssl

from daemon.config.schema import Serve
from daemon.errors import ServeError


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bracketed(host: str) -> str:
    """``host`` as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def bind(config: Serve) -> socket.socket:
    """A listening socket, on one address.

    Raises:
        ServeError: the port is taken, the address is not this machine's, or it may be reached
            from beyond this machine without certificates and listed hosts.
    """
    if not is_loopback(config.host) and not (config.tls_certificate and config.hosts):
        raise ServeError(
            f"[serve] host {config.host!r} can be reached from other machines.",
            "Set tls_certificate, tls_key and hosts in [serve] as well, or host to 127.0.0.1.",
        )
    # localhost may be two addresses, and port 0 would be another port on each.
    host = "127.0.0.1" if config.host.lower() == "localhost" else config.host
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=128)
    except PermissionError as error:
        raise ServeError(
            f"Port {config.port} on {config.host} needs more rights than this user has.",
            "Choose a port of 1024 or above in [serve].",
        ) from error
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        raise ServeError(
            f"Port {config.port} on {config.host} is in use by another program."
            if in_use
            else f"{config.host}:{config.port} cannot be listened on ({error.strerror or error}).",
            "Stop it (`distressd status` says whether it is a daemon), or set another port in "
            "[serve]; 0 lets the system choose."
            if in_use
            else "Set [serve] host to an address of this machine, such as 127.0.0.1.",
        ) from error


def tls_context(config: Serve) -> ssl.SSLContext | None:
    """The server's certificate, or None where there is none.

    Raises:
        ServeError: the certificate or its key cannot be used.
    """
    if config.tls_certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(config.tls_certificate, config.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise ServeError(
            f"The certificate {config.tls_certificate} or its key cannot be used ({error}).",
            "Name PEM files that belong together in [serve] tls_certificate and tls_key.",
        ) from error
    return context
