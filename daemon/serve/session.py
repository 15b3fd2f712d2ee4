"""One connection from its handshake to its end: hello, snapshot, replay, then what happens."""

import asyncio
import functools
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from pydantic import ValidationError
from websockets.exceptions import ConnectionClosed

from daemon.errors import StateError, StoreUnavailable
from daemon.health import Health
from daemon.serve.admission import FOREIGN, MALFORMED, TOO_BIG, TRY_LATER, Admission, Refusal
from daemon.serve.connection import Connection, Lobby
from daemon.serve.control import Control
from daemon.serve.login import Codes
from daemon.serve.lookback import Lookback
from daemon.serve.pages import WEBSOCKET_PATHS
from daemon.serve.requests import Desk, Requests, explain
from daemon.serve.subscriber import Path, Subscriber
from daemon.store.journal import Journal
from daemon.wire.base import rfc3339
from daemon.wire.client import HELLO, Hello
from daemon.wire.history import Said
from daemon.wire.server import Feedback, PartStatus, Snapshot, SourceStatus

logger = logging.getLogger(__name__)

HELLO_PATIENCE_S = 2.0
CLOSE_PATIENCE_S = 2.0
REPLAYED_AT_ONCE = 256
# Each for itself, so that a store that cannot be written keeps nobody from a replay. A subscriber
# has at most one replay or request at a time, which bounds what waits for a thread.
REPLAY_THREADS = 4
FEEDBACK_THREADS = 4
INTERNAL = 1011


class Sessions:
    """Attends to every connection. Lives in the loop's thread."""

    def __init__(
        self,
        admission: Admission,
        lobby: Lobby,
        *,
        journal: Journal,
        health: Health,
        control: Control,
        source: Callable[[], SourceStatus],
        stream_s: Callable[[], float],
        max_subscribers: int,
        queue: int,
        on_refused: Callable[[Connection, int, str], None],
        on_dropped: Callable[[Connection, str], None],
        on_change: Callable[[], None],
        codes: Codes,
    ) -> None:
        self.subscribers: set[Subscriber] = set()
        self._admission = admission
        self._lobby = lobby
        self._journal = journal
        self._health = health
        self._source = source
        self._stream_s = stream_s
        self._max_subscribers = max_subscribers
        self._queue = queue
        self._on_refused = on_refused
        self._on_dropped = on_dropped
        self._on_change = on_change
        self._replays = ThreadPoolExecutor(REPLAY_THREADS, "serve-replay")
        self._feedback = ThreadPoolExecutor(FEEDBACK_THREADS, "serve-feedback")
        self._desk = Desk(
            control=control,
            lookback=Lookback(journal),
            codes=codes,
            feedback=self._feedback,
            reading=self._replays,
            stamp=self.stamp,
        )
        self._ended = asyncio.get_running_loop().create_future()

    def end(self) -> None:
        """Stop serving whoever is left, and wait for no thread."""
        if not self._ended.done():
            self._ended.set_result(None)
        for threads in (self._replays, self._feedback):
            threads.shutdown(wait=False, cancel_futures=True)

    async def attend(self, connection: Connection) -> None:
        """Serve ``connection`` until either end has had enough."""
        try:
            hello = await self._hello(connection)
            self._lobby.admit(connection)
            with self._subscription(connection, hello.batch) as subscriber:
                try:
                    await self._serve(connection, subscriber, hello)
                except Refusal as refusal:
                    if refusal.code != TRY_LATER:
                        raise
                    self._on_dropped(connection, refusal.reason)
                    await close(connection, refusal)
        except Refusal as refusal:
            self._on_refused(connection, refusal.code, refusal.reason)
            await close(connection, refusal)
        except ConnectionClosed as closed:
            sent = None if closed.rcvd_then_sent else closed.sent
            if sent is not None and sent.code == TOO_BIG:
                self._on_refused(connection, TOO_BIG, "a message is too big")
        except Exception:
            logger.exception("Attending to %s failed; its connection is closed", connection.peer)
            await close(connection, Refusal(INTERNAL, "the daemon failed; its log says why"))

    async def _hello(self, connection: Connection) -> Hello:
        if connection.entry.foreign:
            raise Refusal(FOREIGN, connection.entry.foreign)
        try:
            async with asyncio.timeout(HELLO_PATIENCE_S):
                message = await connection.recv()
        except TimeoutError:
            raise Refusal(MALFORMED, f"no hello within {HELLO_PATIENCE_S:.0f} s") from None
        if isinstance(message, bytes):
            raise Refusal(MALFORMED, "hello must be a text message")
        try:
            hello = HELLO.validate_json(message)
        except ValidationError as error:
            raise Refusal(MALFORMED, f"hello expected: {explain(error)}") from None
        if not connection.entry.signed_in:
            self._admission.check_token(hello.token)
        if len(self.subscribers) >= self._max_subscribers:
            raise Refusal(TRY_LATER, f"there are {self._max_subscribers} subscribers already")
        return hello

    @contextmanager
    def _subscription(self, connection: Connection, batch: int) -> Iterator[Subscriber]:
        request = connection.request
        path = WEBSOCKET_PATHS[request.path.partition("?")[0]] if request else Path.ALERTS
        subscriber = Subscriber(connection, path, limit=self._queue, batch=batch)
        self.subscribers.add(subscriber)
        self._on_change()
        try:
            yield subscriber
        finally:
            self.subscribers.discard(subscriber)
            self._on_change()

    async def _serve(self, connection: Connection, subscriber: Subscriber, hello: Hello) -> None:
        """Read and write at the same time until one of them ends."""
        tasks = (
            asyncio.ensure_future(self._write(subscriber, hello)),
            asyncio.ensure_future(self._read(connection, subscriber)),
        )
        try:
            await asyncio.wait(
                (*tasks, subscriber.overflow, self._ended), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        if subscriber.overflow.done():
            raise subscriber.overflow.result()
        for end in ends:
            if isinstance(end, BaseException) and not isinstance(end, asyncio.CancelledError):
                raise end

    async def _write(self, subscriber: Subscriber, hello: Hello) -> None:
        # It is subscribed already, and nothing is awaited in between: an event is either in the
        # journal's standing, or comes through the subscriber's queue, or both, never neither.
        seq, open_alerts = self._journal.standing()
        moment, stream_s = self.stamp()
        snapshot = Snapshot(
            time=moment,
            stream_s=stream_s,
            epoch=self._journal.epoch,
            seq=seq,
            source=self._source(),
            language=self.part("language"),
            sound_events=self.part("sound_events"),
            store=self.part("store"),
            clips=self.part("clips"),
            open_alerts=tuple(open_alerts),
        )
        await subscriber.send((snapshot.model_dump_json(),))
        known = hello.since if hello.epoch in (None, self._journal.epoch) else None
        if subscriber.path is Path.ALERTS and known is not None:
            await self._replay(subscriber, known, seq)
        await subscriber.write(seq)

    async def _replay(self, subscriber: Subscriber, since: int, until: int) -> None:
        loop = asyncio.get_running_loop()
        read = functools.partial(self._journal.since, until=until, limit=REPLAYED_AT_ONCE)
        while since < until:
            try:
                events = await loop.run_in_executor(self._replays, read, since)
            except StoreUnavailable:
                return  # what happens from now on is more urgent; the snapshot says what is amiss
            except StateError as error:
                logger.error("A replay was cut short: %s", error)  # noqa: TRY400 - it says all
                raise Refusal(INTERNAL, "the store cannot be read; try again") from error
            if not events:
                return
            await subscriber.send(event.model_dump_json() for event in events)
            since = events[-1].seq

    async def _read(self, connection: Connection, subscriber: Subscriber) -> None:
        requests = Requests(
            self._desk,
            has_token=not connection.entry.signed_in,
            on_feedback=functools.partial(self._tell_feedback, subscriber),
            on_channels=functools.partial(self._follow_channels, subscriber),
        )
        async for message in connection:
            subscriber.offer(await requests.answer(message))

    def _tell_feedback(self, who: Subscriber, alert: str, said: Said | None) -> None:
        """Tell everybody else: who said it gets an answer."""
        moment, stream_s = self.stamp()
        message = Feedback(time=moment, stream_s=stream_s, alert=alert, said=said)
        text = message.model_dump_json()
        for subscriber in self.subscribers:
            if subscriber.path is Path.ALERTS and subscriber is not who:
                subscriber.offer(text)

    def _follow_channels(self, who: Subscriber) -> None:
        who.follows_channels = True
        self._on_change()

    def stamp(self) -> tuple[str, float]:
        """``time`` and ``stream_s`` of a message that tells of this moment."""
        return rfc3339(time.time()), self._stream_s()

    def part(self, name: str) -> PartStatus:
        """A part as the wire tells of it."""
        part = self._health.part(name)
        return PartStatus(state=part.state, reason=part.reason, remedy=part.remedy)


async def close(connection: Connection, refusal: Refusal) -> None:
    """Close with the reason; cut the line where the other end does not even take that."""
    reason = refusal.reason.encode()[:123].decode(errors="ignore")
    try:
        async with asyncio.timeout(CLOSE_PATIENCE_S):
            await connection.close(refusal.code, reason)
    except TimeoutError:
        connection.transport.abort()
