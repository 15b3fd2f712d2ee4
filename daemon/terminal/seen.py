"""What a terminal knows of a daemon, put together from two subscriptions."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from daemon.errors import DistressdError
from daemon.serve.client import Address, Follower
from daemon.serve.subscriber import Path

MOST_ALERTS = 50

Message = dict[str, Any]
T = TypeVar("T")


@dataclass(slots=True)
class Seen:
    """The newest of everything, as the messages of the wire have it.

    Attributes:
        link: how the connection is, in a sentence; empty while it is well.
        heard_s: monotonic time of the newest telemetry.
        alerts: the last event of each alert, by its id, the newest alert last.
        failed: what no further attempt would mend.
    """

    link: str = "Connecting."
    heard_s: float = 0.0
    telemetry: Message | None = None
    vitals: Message | None = None
    source: Message | None = None
    parts: dict[str, Message] = field(default_factory=dict)
    alerts: dict[str, Message] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    failed: DistressdError | None = None

    def take(self, message: Message) -> None:
        """Note what ``message`` says."""
        match message["type"]:
            case "snapshot":
                self.link = ""
                self.source = message["source"]
                for part in ("language", "sound_events", "store", "clips"):
                    self.parts[part] = message[part]
                for alert in message["open_alerts"]:
                    self._alert(alert)
            case "alert":
                self._alert(message)
            case "feedback":
                self.remarks[message["alert"]] = message["said"]
            case "source":
                self.source = message["source"]
            case "language" | "sound_events" | "store" | "clips" as part:
                self.parts[part] = message["status"]
            case "telemetry":
                self.telemetry, self.heard_s = message, time.monotonic()
            case "vitals":
                self.vitals = message

    def _alert(self, event: Message) -> None:
        self.raised.setdefault(event["id"], event["time"])
        self.alerts[event["id"]] = event
        while len(self.alerts) > MOST_ALERTS:
            oldest = next(iter(self.alerts))
            for known in (self.alerts, self.raised, self.remarks):
                known.pop(oldest, None)


class Watch:
    """Fills a :class:`Seen` from two threads, which end with the process."""

    def __init__(self, find: Callable[[], Address]) -> None:
        self._find = find
        self._lock = threading.Lock()
        self._seen = Seen()
        #: Set at the first telemetry, and when nothing will ever come.
        self.ready = threading.Event()

    def start(self) -> None:
        """Begin to follow."""
        for path in Path:
            threading.Thread(target=self._follow, args=(path,), daemon=True).start()

    def look(self, show: Callable[[Seen], T]) -> T:
        """What ``show`` makes of what is known now."""
        with self._lock:
            return show(self._seen)

    def check(self) -> None:
        """Raise what no further attempt would mend, if there is something."""
        if self._seen.failed is not None:
            raise self._seen.failed

    def _follow(self, path: Path) -> None:
        try:
            for message in Follower(self._find, self._told, path=path).messages():
                with self._lock:
                    self._seen.take(message)
                if message["type"] == "telemetry":
                    self.ready.set()
        except DistressdError as error:
            with self._lock:
                self._seen.failed = error
            self.ready.set()

    def _told(self, sentence: str) -> None:
        with self._lock:
            self._seen.link = "" if sentence.startswith("Connected") else sentence
