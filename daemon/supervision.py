"""Whether every thread lives and sound really flows; asked by the main thread twice a second."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from daemon.errors import PartDied

log = logging.getLogger(__name__)

FLOW_S = 2.0  # without a hop, and sound does not flow
SOUGHT_S = 900.0  # a lost microphone is sought so long before a fresh process is the last means
HANG_S = 20.0  # the system's sound library does not come back: doubled with each start anew
LONGEST_HANG_S = 300.0
FIRST_REVIVAL_S = 1.0
LONGEST_REVIVAL_S = 300.0


@dataclass(frozen=True, slots=True)
class Part:
    """A thread and its owner's means.

    Attributes:
        name: what died, for the log.
        alive: whether it lives.
        revive: starts it again; without it, its death is the daemon's.
    """

    name: str
    alive: Callable[[], bool]
    revive: Callable[[], None] | None = None


@dataclass(slots=True)
class _Revival:
    next_s: float = 0.0
    wait_s: float = FIRST_REVIVAL_S
    died: bool = False


class Supervision:
    """Notices deaths. What can be revived is, ever more rarely; without the rest nothing works.

    Args:
        parts: every thread that is to live as long as the daemon.
        stuck_s: for how long the system's sound library has not come back.
        restarts: how often this daemon has started itself anew of late.
    """

    def __init__(
        self, parts: tuple[Part, ...], stuck_s: Callable[[], float], *, restarts: int = 0
    ) -> None:
        self._parts = parts
        self._stuck_s = stuck_s
        self._hang_s = min(HANG_S * 2**restarts, LONGEST_HANG_S)
        self._revivals = {part.name: _Revival() for part in parts}

    def look(self, now_s: float) -> None:
        """Revive what has died.

        Raises:
            PartDied: something that the daemon cannot do without has died or hangs.
        """
        for part in self._parts:
            if part.alive():
                self._revivals[part.name].died = False
            elif part.revive is None:
                raise PartDied(f"{part.name} has died.", "The log says of what.")
            else:
                self._revive(part, part.revive, now_s)
        if self._stuck_s() > self._hang_s:
            raise PartDied(
                f"The system's sound library has not answered for {self._hang_s:.0f} s.",
                "Restart the system's sound service if this goes on.",
            )

    def _revive(self, part: Part, revive: Callable[[], None], now_s: float) -> None:
        revival = self._revivals[part.name]
        if not revival.died:
            revival.died = True
            revival.next_s = now_s + revival.wait_s
            log.error("%s has died; it is started again in %.0f s.", part.name, revival.wait_s)
            revival.wait_s = min(2 * revival.wait_s, LONGEST_REVIVAL_S)
        elif now_s >= revival.next_s:
            revival.died = False
            revive()


class Flow:
    """Whether sound flows, for the watchdog.

    A microphone that is known to be away is no reason to be killed, as long as it is sought; after
    a quarter of an hour a fresh process is the last means. What is played may pause as it likes.

    Args:
        live: whether the source hears the world as it happens.
    """

    def __init__(self, *, live: bool) -> None:
        self._live = live
        self._flowed_s: float | None = None

    def flows(self, now_s: float, *, silent_s: float, sought: bool, decided: bool) -> bool:
        """Whether it does, or is excused.

        Args:
            now_s: monotonic time.
            silent_s: since the last hop was heard.
            sought: a part says that it has lost the microphone and tries to get it back.
            decided: fusion keeps up with what is heard.
        """
        if not decided:
            return False
        if not self._live or silent_s < FLOW_S:
            self._flowed_s = now_s
            return True
        if self._flowed_s is None:
            self._flowed_s = now_s
        return sought and now_s - self._flowed_s < SOUGHT_S
