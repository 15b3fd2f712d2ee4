"""Plain HTTP on the same port: ``/healthz``, ``/readyz``, ``/metrics``. It changes nothing."""

import http
import json
from collections.abc import Callable

from websockets.http11 import Request, Response

from daemon.health import Health, PartHealth
from daemon.serve.admission import Admission
from daemon.serve.connection import Connection
from daemon.serve.metrics import CONTENT_TYPE, Metrics
from daemon.serve.subscriber import Path
from daemon.wire.server import SourceStatus

# Without these two nobody is listened to; everything else may be missing for a while.
ESSENTIAL = ("source", "acoustic")
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
        obstacles: Callable[[], list[str]] = list,
    ) -> None:
        """Answer from ``health``, ``metrics`` and two callables, which are called in the loop.

        Args:
            admission: says which request is foreign.
            health: the parts on ``/readyz``.
            metrics: what ``/metrics`` shows.
            on_refused: told of each foreign request.
            source: has the end of a pause.
            obstacles: sentences, each one reason for which nobody is listened to although every
                part may be ok; by default there is none.
        """
        self._admission = admission
        self._health = health
        self._metrics = metrics
        self._on_refused = on_refused
        self._source = source
        self._obstacles = obstacles

    def process(self, connection: Connection, request: Request) -> Response | None:
        """The answer, or None where a WebSocket handshake goes on."""
        path = request.path.partition("?")[0]
        upgrade = ", ".join(request.headers.get_all("Upgrade")).lower() == "websocket"
        foreign = self._admission.foreign(request.headers)
        if upgrade and path in WEBSOCKET_PATHS and not connection.head_only:
            connection.foreign = foreign  # it is told after the handshake, where it can read it
            return None
        if foreign:
            self._on_refused(connection, http.HTTPStatus.FORBIDDEN, foreign)
            return self._respond(connection, http.HTTPStatus.FORBIDDEN, f"{foreign}\n")
        return self._page(connection, path)

    def _page(self, connection: Connection, path: str) -> Response:
        match path:
            case "/healthz":
                return self._json(connection, http.HTTPStatus.OK, {"alive": True})
            case "/readyz":
                return self._ready(connection)
            case "/metrics":
                return self._respond(
                    connection, http.HTTPStatus.OK, self._metrics.text(), CONTENT_TYPE
                )
            case _ if path in WEBSOCKET_PATHS and path != "/":
                response = self._respond(
                    connection, http.HTTPStatus.UPGRADE_REQUIRED, "This is for WebSocket clients.\n"
                )
                response.headers["Upgrade"] = "websocket"
                return response
            case _:
                return self._respond(connection, http.HTTPStatus.NOT_FOUND, "Not found.\n")

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
