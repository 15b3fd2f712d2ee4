"""Plain HTTP on the same port: the dashboard, ``/login``, ``/healthz``, ``/readyz``, ``/metrics``.

Only ``/login`` changes something: it takes a code, and gives a cookie.
"""

import http
import json
from collections.abc import Callable
from urllib.parse import parse_qs

from websockets.http11 import Request, Response

from daemon.health import Health, PartHealth
from daemon.serve.admission import Admission
from daemon.serve.connection import Connection
from daemon.serve.files import dashboard_files
from daemon.serve.login import CODE_LIFE_S, Codes
from daemon.serve.metrics import CONTENT_TYPE, Metrics
from daemon.serve.policy import browser_policy
from daemon.serve.subscriber import Path
from daemon.wire.server import SourceStatus

# Without these two nobody is listened to; everything else may be missing for a while.
ESSENTIAL = ("source", "acoustic")
KEEP_OUT = (
    "A token does not belong in an address, which others keep. Send it in the first message.\n"
    "If it was the right one, remove the file token in the state folder and restart distressd.\n"
)
# The address without a path stands for the alerts.
WEBSOCKET_PATHS = {path.value: path for path in Path} | {"/": Path.ALERTS}


class Pages:
    """Decides over every request before websockets sees it."""

    def __init__(
        self,
        admission: Admission,
        health: Health,
        metrics: Metrics,
        on_refused: Callable[[Connection, int, str], None],
        *,
        source: Callable[[], SourceStatus],
        codes: Codes,
        obstacles: Callable[[], list[str]] = list,
    ) -> None:
        """Answer from ``health``, ``metrics`` and two callables, which are called in the loop.

        Args:
            admission: says which request is foreign.
            health: the parts on ``/readyz``.
            metrics: what ``/metrics`` shows.
            on_refused: told of each foreign request.
            source: has the end of a pause.
            codes: with which browsers sign in.
            obstacles: sentences, each one reason for which nobody is listened to although every
                part may be ok; by default there is none.
        """
        self._admission = admission
        self._health = health
        self._metrics = metrics
        self._on_refused = on_refused
        self._source = source
        self._codes = codes
        self._files = dashboard_files()
        self._obstacles = obstacles

    def process(self, connection: Connection, request: Request) -> Response | None:
        """The answer, or None where a WebSocket handshake goes on."""
        path, _, query = request.path.partition("?")
        if self._admission.in_address(query):
            status = http.HTTPStatus.BAD_REQUEST
            self._on_refused(connection, status, "a token in an address")
            return self._respond(connection, status, KEEP_OUT)
        upgrade = ", ".join(request.headers.get_all("Upgrade")).lower() == "websocket"
        if upgrade and path in WEBSOCKET_PATHS and not connection.head_only:
            # A refusal is told after the handshake, where it can be read.
            connection.entry = self._admission.entry(request.headers)
            return None
        if foreign := self._admission.foreign(request.headers):
            self._on_refused(connection, http.HTTPStatus.FORBIDDEN, foreign)
            return self._respond(connection, http.HTTPStatus.FORBIDDEN, f"{foreign}\n")
        response = self._page(connection, path, query)
        host = request.headers["Host"].strip().lower()
        for name, value in browser_policy(host, tls=self._admission.tls).items():
            response.headers[name] = value
        return response

    def _page(self, connection: Connection, path: str, query: str) -> Response:
        if file := self._files.get(path):
            return self._respond(connection, http.HTTPStatus.OK, file.text, file.content_type)
        if path in WEBSOCKET_PATHS:
            told = "This is for WebSocket clients.\n"
            response = self._respond(connection, http.HTTPStatus.UPGRADE_REQUIRED, told)
            response.headers["Upgrade"] = "websocket"
            return response
        match path:
            case "/login":
                response = self._login(connection, query)
            case "/healthz":
                response = self._json(connection, http.HTTPStatus.OK, {"alive": True})
            case "/readyz":
                response = self._ready(connection)
            case "/metrics":
                text = self._metrics.text()
                response = self._respond(connection, http.HTTPStatus.OK, text, CONTENT_TYPE)
            case _:
                response = self._respond(connection, http.HTTPStatus.NOT_FOUND, "Not found.\n")
        return response

    def _login(self, connection: Connection, query: str) -> Response:
        """A cookie for a code. HEAD takes none: it changes nothing."""
        code = (parse_qs(query).get("code") or [""])[0]
        if connection.head_only:
            return self._respond(connection, http.HTTPStatus.OK, "GET signs in.\n")
        if not self._codes.take(code):
            reason = "a sign-in code that is wrong, was used, or is too old"
            self._on_refused(connection, http.HTTPStatus.FORBIDDEN, reason)
            return self._respond(
                connection,
                http.HTTPStatus.FORBIDDEN,
                f"This link was used already, or is older than {CODE_LIFE_S:.0f} seconds.\n"
                "Run `distressd dashboard` for a new one.\n",
            )
        response = self._respond(connection, http.HTTPStatus.SEE_OTHER, "Signed in.\n")
        response.headers["Location"] = "/"
        response.headers["Set-Cookie"] = self._admission.cookie.header()
        return response

    def _ready(self, connection: Connection) -> Response:
        parts = self._health.snapshot()
        obstacles = self._obstacles()
        heard = all(_is_well(self._health.part(name)) for name in ESSENTIAL)
        ready = heard and not obstacles
        described = {
            name: {"state": part.state, "reason": part.reason, "remedy": part.remedy}
            | ({"figures": dict(part.figures)} if part.figures else {})
            | ({"liveness": part.stage, "cause": part.cause} if part.stage else {})
            for name, part in sorted(parts.items())
        }
        status = http.HTTPStatus.OK if ready else http.HTTPStatus.SERVICE_UNAVAILABLE
        body = {
            "ready": ready,
            "obstacles": obstacles,
            "paused_until": self._source().paused_until,
            "parts": described,
        }
        return self._json(connection, status, body)

    def _json(self, connection: Connection, status: http.HTTPStatus, body: object) -> Response:
        return self._respond(connection, status, json.dumps(body) + "\n", "application/json")

    @staticmethod
    def _respond(
        connection: Connection,
        status: http.HTTPStatus,
        text: str,
        content_type: str = "text/plain; charset=utf-8",
    ) -> Response:
        response = connection.respond(status, text)
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = content_type
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if connection.head_only:
            response.body = b""
        return response


def _is_well(part: PartHealth) -> bool:
    """Whether it does its work: another microphone than the wanted one hears, too."""
    return part.state == "ok" or part.stage == "failed_over"
