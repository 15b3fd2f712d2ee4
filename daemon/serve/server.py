"""The WebSocket and HTTP server, in a thread of its own."""

import asyncio
import functools
import logging
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from websockets.asyncio.server import serve

from daemon.config.schema import Serve
from daemon.errors import ServeError
from daemon.health import Health
from daemon.serve.admission import Admission
from daemon.serve.bind import bind, bracketed, is_loopback, tls_context
from daemon.serve.connection import WRITE_LIMIT_BYTES, Connection, Lobby
from daemon.serve.control import Control
from daemon.serve.login import Codes
from daemon.serve.metrics import Metrics
from daemon.serve.pages import Pages
from daemon.serve.refusals import Refusals
from daemon.serve.session import CLOSE_PATIENCE_S, HELLO_PATIENCE_S, Sessions
from daemon.serve.shutdown import shut_down
from daemon.serve.subscriber import Path, Subscriber
from daemon.store.journal import Journal
from daemon.wire.alert import AlertEvent
from daemon.wire.channels import Channels
from daemon.wire.server import Feedback, PartChanged, SourceChanged, SourceStatus, Telemetry, Vitals
from daemon.wire.settings import Settings

logger = logging.getLogger(__name__)

# A dead peer is noticed within PING_S + PING_PATIENCE_S.
PING_S = 20.0
PING_PATIENCE_S = 20.0
START_PATIENCE_S = 10.0
# Alerts between the fusion thread and a loop that is stuck. Beyond, subscribers have to come back.
MAX_IN_FLIGHT = 4_096
# The hop that telemetry tells of may be the one that decides an alert, for sound events have the
# same rhythm: what telemetry takes comes after what the alert takes.
TELEMETRY_AFTER_S = 0.02
STORE_FIGURES = {
    "pending": "Alert events that wait in memory to be written.",
    "lost": "Alert events that could never be written.",
    "late": "Alert events that were sent before they were written.",
}


class AlertServer:
    """Serves alerts, telemetry, health and metrics on one port.

    ``publish*`` may be called from any thread and never block. The other methods belong to the
    composition root.
    """

    def __init__(
        self,
        config: Serve,
        *,
        journal: Journal,
        token: str,
        health: Health,
        control: Control,
        metrics: Metrics,
        source: Callable[[], SourceStatus],
        stream_s: Callable[[], float],
        obstacles: Callable[[], list[str]] = list,
    ) -> None:
        """Prepare; nothing listens before :meth:`start`.

        Args:
            config: the section ``[serve]``.
            journal: replays, and says what is open.
            token: what a client must know.
            health: for the snapshot, ``/readyz`` and the part ``serve``.
            control: carries requests out.
            metrics: what is counted.
            source: the source as the snapshot shows it, pause included; called in the loop.
            stream_s: sample time now; called in the loop.
            obstacles: what keeps the daemon from hearing although every part may be ok, in
                sentences, for ``/readyz``; called in the loop, so it must be cheap. By default
                there is nothing.
        """
        self._config = config
        self._journal = journal
        self._token = token
        self._health = health
        self._control = control
        self._metrics = metrics
        self._source = source
        self._stream_s = stream_s
        self._obstacles = obstacles
        self._refusals = Refusals()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop: asyncio.Event | None = None
        self._sessions: Sessions | None = None
        self._alerts: deque[tuple[AlertEvent, int]] = deque()
        self._alerts_lost = False
        for figure, documentation in STORE_FIGURES.items():
            metrics.watch(
                f"distressd_store_{figure}",
                documentation,
                functools.partial(_store_figure, journal, figure),
                counter=figure != "pending",
            )
        self._telemetry_lock = threading.Lock()
        self._telemetry: Telemetry | None = None
        #: Whether anybody subscribed to telemetry: else it need not be made.
        self.telemetry_wanted = False
        #: The same of how channels get on.
        self.channels_wanted = False
        #: Where it listens, once started.
        self.port = 0

    @property
    def url(self) -> str:
        """Where clients connect: the address, or beyond loopback the first listed name."""
        config = self._config
        name = bracketed(config.host) if is_loopback(config.host) else config.hosts[0]
        port = "" if name.rpartition(":")[2].isdecimal() else f":{self.port}"
        return f"{'wss' if config.tls_certificate else 'ws'}://{name}{port}"

    @property
    def alive(self) -> bool:
        """Whether anybody is served."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Listen. Returns when clients can connect.

        Raises:
            ServeError: the port is taken, or the configuration may not be served.
        """
        tls = tls_context(self._config)
        listening = bind(self._config)
        self.port = listening.getsockname()[1]
        started: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(listening, tls, started), name="serve", daemon=True
        )
        self._thread.start()
        try:
            started.result(START_PATIENCE_S)
        except (OSError, TimeoutError) as error:
            raise ServeError(f"{self.url} cannot be served ({error}).", "Try again.") from error
        self._health.report("serve", "ok")
        logger.info("Serving alerts at %s", self.url)

    def stop(self) -> None:
        """Send what waits, close every connection with 1001, end. Takes at most 2 s. Idempotent."""
        if self._loop is None or self._thread is None or self._stop is None:
            return
        loop, self._loop = self._loop, None
        loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._health.report("serve", "off")

    def publish(self, event: AlertEvent) -> None:
        """Send ``event``, as the journal returned it, to every subscriber to alerts."""
        if len(self._alerts) >= MAX_IN_FLIGHT:
            self._alerts_lost = True
            return
        self._alerts.append((event, time.perf_counter_ns()))
        self._call(self._send_alerts)

    def publish_telemetry(self, message: Telemetry) -> None:
        """Send ``message`` to who asked for telemetry in a moment, in place of one that waits."""
        with self._telemetry_lock:
            waits, self._telemetry = self._telemetry, message
        if waits is None:
            self._call(self._send_telemetry_later)
        else:
            self._metrics.telemetry_dropped.inc()

    def publish_feedback(self, message: Feedback) -> None:
        """Tell every subscriber to alerts what somebody said elsewhere."""
        self._call(lambda: self._send_feedback(message))

    def publish_status(self, message: SourceChanged | PartChanged | Settings) -> None:
        """Tell every subscriber that the source, a part or the settings changed."""
        self._call(lambda: self._send_status(message))

    def publish_channels(self, message: Channels) -> None:
        """Tell who has asked before how channels get on."""
        self._call(lambda: self._send_channels(message))

    def publish_vitals(self, message: Vitals) -> None:
        """Send ``message`` to who asked for telemetry."""
        self._call(lambda: self._send_vitals(message))

    def _run(
        self, listening: socket.socket, tls: ssl.SSLContext | None, started: "Future[None]"
    ) -> None:
        try:
            asyncio.run(self._serve(listening, tls, started))
        except Exception as error:
            if not started.done():
                started.set_exception(error)
                return
            self._loop = None
            logger.exception("The server died; nobody can subscribe any more, and the daemon stops")
            self._health.report("serve", "failed", f"The server died ({error}).", "Restart it.")
        finally:
            listening.close()

    async def _serve(
        self, listening: socket.socket, tls: ssl.SSLContext | None, started: "Future[None]"
    ) -> None:
        sessions, lobby, pages = self._compose()
        noise = logging.getLogger("daemon.serve.websockets")
        noise.setLevel(logging.ERROR)  # refusals are logged here, once
        server = await serve(
            sessions.attend,  # type: ignore[arg-type]  # connections are ours, by the factory
            sock=listening,
            ssl=tls,
            compression=None,
            max_size=self._config.max_message_bytes,
            process_request=pages.process,  # type: ignore[arg-type]
            create_connection=functools.partial(Connection, lobby=lobby),  # type: ignore[arg-type]
            open_timeout=HELLO_PATIENCE_S,
            close_timeout=CLOSE_PATIENCE_S,
            ping_interval=PING_S,
            ping_timeout=PING_PATIENCE_S,
            write_limit=WRITE_LIMIT_BYTES,
            server_header=None,
            logger=noise,
        )
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        started.set_result(None)
        await self._stop.wait()
        try:
            await shut_down(server, sessions, lobby)
        finally:
            sessions.end()
        self._refusals.tell_rest()

    def _compose(self) -> tuple[Sessions, Lobby, Pages]:
        admission = Admission(self._config, self.port, self._token)
        codes = Codes()
        lobby = Lobby(lambda connection, reason: self._refused(connection, 0, reason))
        sessions = Sessions(
            admission,
            lobby,
            journal=self._journal,
            health=self._health,
            control=self._control,
            source=self._source,
            stream_s=self._stream_s,
            max_subscribers=self._config.max_subscribers,
            queue=self._config.queue,
            on_refused=self._refused,
            on_dropped=self._dropped,
            on_change=self._count_subscribers,
            codes=codes,
        )
        self._sessions = sessions
        pages = Pages(
            admission,
            self._health,
            self._metrics,
            self._refused,
            source=self._source,
            obstacles=self._obstacles,
            codes=codes,
        )
        return sessions, lobby, pages

    def _call(self, callback: Callable[[], None]) -> None:
        loop = self._loop
        if loop is None:
            return  # not started, or stopping: who subscribes later has it from the journal
        try:
            loop.call_soon_threadsafe(callback)
        except RuntimeError:
            logger.debug("Nothing is sent any more: the server has just stopped")

    def _send_alerts(self) -> None:
        if self._sessions is None:
            return
        while self._alerts:
            event, published_ns = self._alerts.popleft()
            send_ms = (time.perf_counter_ns() - published_ns) / 1e6
            latency = event.latency_ms.model_copy(update={"send": send_ms})
            text = event.model_copy(update={"latency_ms": latency}).model_dump_json()
            for subscriber in self._sessions.subscribers:
                if subscriber.path is Path.ALERTS:
                    subscriber.offer(text, seq=event.seq)
            # After those who wait for it: their tasks are due before this.
            asyncio.get_running_loop().call_soon(self._count_alert, event, send_ms)
        if self._alerts_lost:
            self._alerts_lost = False
            logger.error("The server was stuck; subscribers have to come back with since")
            for subscriber in self._sessions.subscribers:
                subscriber.drop("the daemon was stuck: come back with since")

    def _send_telemetry_later(self) -> None:
        asyncio.get_running_loop().call_later(TELEMETRY_AFTER_S, self._send_telemetry)

    def _send_telemetry(self) -> None:
        with self._telemetry_lock:
            message, self._telemetry = self._telemetry, None
        if message is None:
            return
        text = ""
        for subscriber in self._listeners():
            if subscriber.batch > 1:
                room = subscriber.gather(message)
            else:
                text = text or message.model_dump_json()
                room = subscriber.offer_telemetry(text)
            if not room:
                self._metrics.telemetry_dropped.inc()

    def _send_vitals(self, message: Vitals) -> None:
        text = message.model_dump_json()
        for subscriber in self._listeners():
            # What was gathered waits no longer than this: sound may have ended.
            for room in (subscriber.send_gathered(), subscriber.offer_telemetry(text)):
                if not room:
                    self._metrics.telemetry_dropped.inc()

    def _listeners(self) -> list[Subscriber]:
        every = self._sessions.subscribers if self._sessions else ()
        return [one for one in every if one.path is Path.TELEMETRY]

    def _send_feedback(self, message: Feedback) -> None:
        text = message.model_dump_json()
        for subscriber in self._sessions.subscribers if self._sessions else ():
            if subscriber.path is Path.ALERTS:
                subscriber.offer(text)

    def _send_channels(self, message: Channels) -> None:
        text = message.model_dump_json()
        for subscriber in self._sessions.subscribers if self._sessions else ():
            if subscriber.follows_channels:
                subscriber.offer(text)

    def _send_status(self, message: SourceChanged | PartChanged | Settings) -> None:
        text = message.model_dump_json()
        for subscriber in self._sessions.subscribers if self._sessions else ():
            subscriber.offer(text)

    def _count_alert(self, event: AlertEvent, send_ms: float) -> None:
        self._metrics.alerts.labels(event.phase, event.kind, event.level).inc()
        stages = event.latency_ms.model_dump() | {"send": send_ms}
        for stage, milliseconds in stages.items():
            self._metrics.stage_seconds.labels(stage).observe(milliseconds / 1e3)

    def _count_subscribers(self) -> None:
        subscribers = self._sessions.subscribers if self._sessions else set()
        paths = [one.path for one in subscribers]
        self.telemetry_wanted = Path.TELEMETRY in paths
        self.channels_wanted = any(one.follows_channels for one in subscribers)
        for path in Path:
            self._metrics.subscribers.labels(path.value).set(paths.count(path))

    def _refused(self, connection: Connection, code: int, reason: str) -> None:
        self._metrics.refusals.labels(str(int(code))).inc()
        self._refusals.say(connection.peer, reason, f"the connection is closed ({int(code)})")

    def _dropped(self, connection: Connection, reason: str) -> None:
        self._metrics.subscribers_dropped.inc()
        self._refusals.say(connection.peer, reason, "this subscriber is dropped, no other")


def _store_figure(journal: Journal, name: str) -> float:
    return float(getattr(journal.figures(), name))
