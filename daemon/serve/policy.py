"""What a browser may do with what the daemon serves: as little as the dashboard needs."""

# Nothing from elsewhere, nothing inline, no frame around it, no text that becomes markup. The
# WebSocket is named because not every browser counts it among 'self'.
_DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self' {socket}",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)


def browser_policy(host: str, *, tls: bool) -> dict[str, str]:
    """Headers of the answer to a request whose ``Host``, which is admitted, is ``host``."""
    socket = f"{'wss' if tls else 'ws'}://{host}"
    return {
        "Content-Security-Policy": "; ".join(_DIRECTIVES).format(socket=socket),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
    }
