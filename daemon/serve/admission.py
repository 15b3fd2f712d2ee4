"""Who may subscribe. No input or output here: headers and messages in, refusals out."""

import hmac
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote_to_bytes

from websockets.datastructures import Headers

from daemon.config.schema import Serve
from daemon.serve.bind import bracketed
from daemon.serve.login import Cookie

MALFORMED = 4400
WRONG_TOKEN = 4401
FOREIGN = 4403
TRY_LATER = 1013
TOO_BIG = 1009

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
WILDCARDS = {"0.0.0.0", "[::]"}  # every address; the name of none  # noqa: S104 - not bound here


class Refusal(Exception):  # noqa: N818 - it is thrown to end a connection; nothing has gone wrong
    """Ends a connection with a close code and its reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{reason} ({code})")
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Entry:
    """What the headers of a WebSocket handshake say.

    Attributes:
        foreign: why it comes from elsewhere, or "".
        signed_in: the daemon's own page with a session: it needs no token.
    """

    foreign: str = ""
    signed_in: bool = False


class Admission:
    """The rules of one server.

    A browser sends Origin with every WebSocket handshake, and a page can neither forge it nor
    leave it out; programs send none. Host defends against names that were rebound to loopback.
    The token then says that the client may read this user's files. A cookie says the same of the
    daemon's own page, and of no other: cookies ignore ports, so that a page of any other server on
    this machine brings it along.

    Attributes:
        tls: whether it is served over TLS.
        cookie: the dashboard's session.
    """

    def __init__(self, config: Serve, port: int, token: str) -> None:
        self._origins = frozenset(config.origins)
        self._token = token.encode()
        self.tls = config.tls_certificate is not None
        self._scheme = "https" if self.tls else "http"
        self.cookie = Cookie(token, port, secure=self.tls)
        own = {*LOOPBACK_NAMES, bracketed(config.host)} - WILDCARDS
        self._hosts = {f"{name}:{port}".lower() for name in own}
        if port == (443 if config.tls_certificate else 80):  # then clients leave the port out
            self._hosts |= {name.lower() for name in own}
        for listed in config.hosts:
            self._hosts |= {listed.lower(), f"{listed}:{port}".lower()}

    def foreign(self, headers: Headers) -> str:
        """Why a request with these headers comes from elsewhere, or ""."""
        return self._foreign_host(headers) or self._foreign_origin(headers)

    def entry(self, headers: Headers) -> Entry:
        """What a WebSocket handshake with these headers is."""
        foreign = self.foreign(headers)
        if foreign or not self._own_origin(headers):
            return Entry(foreign)
        if self.cookie.admits(headers.get_all("Cookie")):
            return Entry(signed_in=True)
        if headers["Origin"] in self._origins:
            return Entry()
        return Entry(f"Origin {_shown(headers.get_all('Origin'))} is not signed in")

    def _foreign_host(self, headers: Headers) -> str:
        hosts = headers.get_all("Host")
        if len(hosts) != 1 or hosts[0].strip().lower() not in self._hosts:
            return f"foreign Host {_shown(hosts)}"
        return ""

    def _foreign_origin(self, headers: Headers) -> str:
        origins = headers.get_all("Origin")
        if not origins or self._own_origin(headers):
            return ""
        if len(origins) != 1 or origins[0] not in self._origins:
            return f"foreign Origin {_shown(origins)}"
        return ""

    def _own_origin(self, headers: Headers) -> bool:
        """Whether Origin is exactly the scheme, host and port that this request came to."""
        own = [f"{self._scheme}://{host.strip().lower()}" for host in headers.get_all("Host")]
        return len(own) == 1 and headers.get_all("Origin") == own

    def in_address(self, query: str) -> bool:
        """Whether the ``query`` of an address gives a token: histories and proxies keep those."""
        return "token" in parse_qs(query, keep_blank_values=True) or (
            self._token in unquote_to_bytes(query)
        )

    def check_token(self, token: str) -> None:
        """Compare in constant time.

        Raises:
            Refusal: the token is wrong.
        """
        if not hmac.compare_digest(token.encode(), self._token):
            raise Refusal(WRONG_TOKEN, "wrong token; it is in the state folder of the daemon")


def _shown(values: list[str]) -> str:
    return ascii(", ".join(values))[:60] if values else "(none)"
