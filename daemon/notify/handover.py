"""Events on their way to the channels, which are told once subscribers have been."""

import threading
import time
from collections import deque
from collections.abc import Callable

from daemon.wire.alert import AlertEvent

# Every channel has something to compute, in the interpreter that sends an alert to subscribers.
AFTER_S = 0.05
# Beyond, whoever brings the next event gives all of them on at once: none is lost.
MOST = 64

Give = Callable[[AlertEvent, float, float], None]


class Handover:
    """Gives events on in their order, ``AFTER_S`` later, in a thread of its own.

    Args:
        give: takes each event, the monotonic and the wall time (seconds) at which it came; must
            not block.
    """

    def __init__(self, give: Give) -> None:
        self._give = give
        self._waiting: deque[tuple[AlertEvent, float, float]] = deque()
        self._giving = threading.Lock()
        self._come = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, or begin again after a death."""
        self._thread = threading.Thread(target=self._run, name="notify-handover", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether events are given on, or have been; true before the start."""
        return self._stopping.is_set() or self._thread is None or self._thread.is_alive()

    def put(self, event: AlertEvent) -> None:
        """Have ``event`` given on in a moment; does not block."""
        self._waiting.append((event, time.monotonic(), time.time()))
        if self._stopping.is_set() or len(self._waiting) >= MOST:
            self.flush()
        else:
            self._come.set()

    def flush(self) -> None:
        """Give on now, in the caller's thread, everything that has come before."""
        with self._giving:
            while self._waiting:
                self._give(*self._waiting.popleft())

    def stop(self) -> None:
        """Give on what waits, and end."""
        self._stopping.set()
        self._come.set()
        self.flush()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._come.wait()
            self._come.clear()
            self._stopping.wait(AFTER_S)
            self.flush()
