"""Whether the daemon is still listening, for who asks: hops a second, and the last sound."""

import time
from collections.abc import Callable
from typing import Final

from daemon.acoustic.loop import HopLoop
from daemon.language.lane import LanguageLane
from daemon.wire.base import rfc3339
from daemon.wire.server import LanguageFigures, Vitals

EVERY_S: Final = 1.0


class Pulse:
    """Looks at the hop loop from the main thread, so that the loop itself does nothing for it.

    Args:
        loop: what is looked at.
        lane: the slow lane, or None.
        obstacles: why nothing may be heard, in sentences.
        stream_s: sample time now.
    """

    def __init__(
        self,
        loop: HopLoop,
        lane: LanguageLane | None,
        obstacles: Callable[[], list[str]],
        stream_s: Callable[[], float],
    ) -> None:
        self._loop = loop
        self._lane = lane
        self._obstacles = obstacles
        self._stream_s = stream_s
        self._looked_s = time.monotonic()
        self._hops = self._open_hops = 0
        self._last_sound: float | None = None

    def look(self, now_s: float) -> Vitals | None:
        """What to tell, if a second has passed since this was last told (monotonic seconds)."""
        loop, now = self._loop, time.time()
        if loop.open_hops != self._open_hops:
            self._open_hops, self._last_sound = loop.open_hops, now
        passed = now_s - self._looked_s
        if passed < EVERY_S:
            return None
        hops, self._hops, self._looked_s = loop.hops - self._hops, loop.hops, now_s
        return Vitals(
            time=rfc3339(now),
            stream_s=self._stream_s(),
            hops_per_s=hops / passed,
            last_sound=None if self._last_sound is None else rfc3339(self._last_sound),
            obstacles=tuple(self._obstacles()),
            language=None if self._lane is None else _figures(self._lane),
        )


def _figures(lane: LanguageLane) -> LanguageFigures:
    figures = lane.figures()
    return LanguageFigures(
        waiting=int(lane.waiting),
        transcribed=int(figures["transcribed"]),
        dropped=int(figures["dropped"]),
    )
