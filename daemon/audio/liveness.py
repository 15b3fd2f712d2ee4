"""Whether the microphone really delivers, and what to do when it does not: a pure state machine.

::

    healthy ──zeros, drift, gaps──▶ alarmed ──sound──▶ healthy
       │                              │
       └──stalled, gone, slept──▶ recovering ──opens──▶ healthy
                                   │      └──only another opens──▶ failed_over ──back──▶ healthy
                                   └──lasts──▶ failed ──opens, sound──▶ healthy

It opens nothing and asks no clock: it is told what happened and when, and says what to do next.
``failed`` is no end: attempts go on; it says that the trouble has lasted.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

from daemon.health import Stage

Cause = Literal["", "absent", "stalled", "slept", "muted or denied", "drift", "gaps"]
Action = Literal["listen", "reopen", "seek"]

_LOOKS = 3  # in a row without a new frame, whatever the clock says


@dataclass(frozen=True, slots=True)
class Settings:
    """Times in seconds.

    Attributes:
        stall_s: without a new frame, and the stream is lost; with a look every quarter of a second
            this is noticed within one.
        zeros_s: of nothing but exact zeros; some devices begin with a few.
        drift: share by which the frame rate may differ from what the device says. Converters keep
            within 1e-4; one that runs at another rate than it says (44.1 for 48 kHz) is 8e-2 off.
        drift_s: over which the rate is measured.
        gaps: overflows and pauses within ``gaps_s`` that are too many.
        gaps_s: see ``gaps``.
        first_wait_s: before the second attempt to open; doubled with each.
        longest_wait_s: between two attempts.
        good_s: of sound, after which a loss is a new one and the first attempt comes at once.
        first_reopen_s: a stream of zeros or at a wrong rate is opened anew after this; doubled ...
        longest_reopen_s: ... up to this.
        fail_over_s: the wanted device is away so long, and another one is taken.
        first_seek_s: the wanted device is looked for after this; doubled up to
            ``longest_reopen_s``.
        slept_s: of sleep, after which the stream is built anew.
        lasting_s: without a stream, and it has failed.
        lasting_zeros_s: the same for a stream of zeros: some devices suppress noise so well that
            they send them whenever it is quiet.
    """

    stall_s: float = 0.75
    zeros_s: float = 2.5
    drift: float = 0.05
    drift_s: float = 30.0
    gaps: int = 10
    gaps_s: float = 10.0
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0
    good_s: float = 10.0
    first_reopen_s: float = 30.0
    longest_reopen_s: float = 300.0
    fail_over_s: float = 5.0
    first_seek_s: float = 15.0
    slept_s: float = 2.0
    lasting_s: float = 60.0
    lasting_zeros_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Sight:
    """One look at an open stream.

    Attributes:
        frames: samples that came since the stream was opened, at ``rate``.
        rate: samples a second that should come.
        zeros_s: for how long there were only exact zeros, up to now.
        lost: overflows since the stream was opened.
        active: whether the system believes that the stream runs.
    """

    frames: int
    rate: int
    zeros_s: float
    lost: int = 0
    active: bool = True


class Liveness:
    """The state of one microphone.

    Attributes:
        stage: where it stands.
        cause: why it is not healthy.
        stalls: how often frames stopped.
        gaps: how often frames paused for a moment.
        slept: how often the machine slept while it listened.
        rate: measured frames a second; 0 before there is a measurement.
    """

    def __init__(self, now_s: float, settings: Settings | None = None) -> None:
        self._set = settings or Settings()
        self.stage: Stage = "recovering"
        self.cause: Cause = "absent"
        self.stalls = self.gaps = self.slept = 0
        self.rate = 0.0
        self._wanted = False
        self._replaced = False  # by another, the last time that one opened
        self._opened_s = now_s
        self._trouble_s = now_s  # since when nothing is heard
        self._attempts = 0  # failed in a row
        self._neither_s: float | None = None  # since when neither opens
        self._next_s = now_s
        self._mute = False
        self._fresh(now_s)
        self._reopen_wait_s = self._set.first_reopen_s
        self._reopen_s = now_s
        self._seek_wait_s = self._set.first_seek_s
        self._seek_s = now_s

    @property
    def listening(self) -> bool:
        """Whether sound comes in: from the wanted device, or from another."""
        return self.stage in {"healthy", "failed_over"}

    @property
    def either(self) -> bool:
        """Whether another device than the wanted one will do for the next attempt."""
        away_s = self._next_s - self._trouble_s
        return self._replaced or (self._attempts > 1 and away_s >= self._set.fail_over_s)

    @property
    def elsewhere(self) -> bool:
        """Whether it is another device than the wanted one that was heard last.

        Not once that one is away as well: then one that is mute, and may only be still, is better.
        """
        away_s = 0.0 if self._neither_s is None else self._next_s - self._neither_s
        return self._replaced and not self._mute and away_s < self._set.fail_over_s

    def wait_s(self, now_s: float) -> float:
        """Seconds until the next attempt to open."""
        return max(0.0, self._next_s - now_s)

    def opened(self, now_s: float, *, wanted: bool) -> None:
        """A stream sent its first block: of the wanted device, or of another."""
        self._wanted, self._replaced = wanted, not wanted
        self._neither_s = None
        self._opened_s = now_s
        self._fresh(now_s)
        self._reopen_s = now_s + self._reopen_wait_s
        if wanted:
            self._seek_wait_s = self._set.first_seek_s
        self._seek_s = now_s + self._seek_wait_s
        if self._mute:
            self._mark(now_s)
        else:
            self._well(now_s)

    def failed(self, now_s: float) -> None:
        """An attempt to open failed."""
        self._mute = False
        if self._neither_s is None:
            self._neither_s = now_s
        self.stage, self.cause = "recovering", "absent"
        self.waited(now_s)
        self._put_off(now_s)

    def closed(self, now_s: float) -> None:
        """The stream was closed, as a look had advised. One that is mute is still that one."""
        if self.cause in {"stalled", "slept"}:
            self.stage = "recovering"
        self._next_s = max(self._next_s, now_s)

    def waited(self, now_s: float, slept_s: float = 0.0) -> None:
        """Nothing was open for a while. What was away before a sleep may be back after it."""
        if slept_s >= self._set.slept_s:
            self.slept += 1
            self._attempts = 0
            self._next_s = now_s
        if now_s - self._trouble_s >= self._set.lasting_s:
            self.stage = "failed"

    def look(self, now_s: float, sight: Sight, slept_s: float = 0.0) -> Action:
        """What to do with the open stream: leave it, build it anew, or seek the wanted device."""
        if slept_s >= self._set.slept_s:
            self.slept += 1
            return self._rebuild(now_s, "slept")
        if self._stalled(now_s, sight):
            self.stalls += 1
            return self._rebuild(now_s, "stalled")
        self._measure(now_s, sight)
        cause = self._amiss(sight)
        if cause:
            return self._alarm(now_s, cause)
        self._mute = False
        if now_s - self._opened_s >= self._set.good_s and self._wanted:
            self._reopen_wait_s = self._set.first_reopen_s
        self._well(now_s)
        if not self._wanted and now_s >= self._seek_s:
            self._seek_wait_s = min(2 * self._seek_wait_s, self._set.longest_reopen_s)
            self._seek_s = now_s + self._seek_wait_s
            return "seek"
        return "listen"

    def _fresh(self, now_s: float) -> None:
        """Begin to measure a stream."""
        self._frames, self._frames_s = -1, now_s
        self._lost = 0
        self._silent = 0
        self._history: deque[tuple[float, int]] = deque()
        self._losses: deque[float] = deque()
        self.rate = 0.0

    def _well(self, now_s: float) -> None:
        self.stage, self.cause = ("healthy" if self._wanted else "failed_over"), ""
        if now_s - self._opened_s >= self._set.good_s:
            self._attempts = 0
        if not self._attempts:  # one that comes and goes has not come back
            self._trouble_s = now_s

    def _put_off(self, now_s: float) -> None:
        """Wait for the next attempt, twice as long as for the last."""
        wait_s = self._set.first_wait_s * 2 ** min(self._attempts, 16)
        self._attempts += 1
        self._next_s = now_s + min(wait_s, self._set.longest_wait_s)

    def _rebuild(self, now_s: float, cause: Cause) -> Action:
        """Alarmed until it is closed, which may take its time."""
        self.stage, self.cause = "alarmed", cause
        if cause == "slept" or now_s - self._opened_s >= self._set.good_s:
            self._attempts = 0
            self._next_s = now_s
        else:  # lost so soon that it is to be waited for
            self._put_off(now_s)
        return "reopen"

    def _alarm(self, now_s: float, cause: Cause) -> Action:
        self.cause = cause
        self._mute = cause == "muted or denied"
        self._mark(now_s)
        if cause == "gaps" or now_s < self._reopen_s:
            return "listen"
        self._reopen_wait_s = min(2 * self._reopen_wait_s, self._set.longest_reopen_s)
        self._next_s = now_s
        return "reopen"

    def _mark(self, now_s: float) -> None:
        """Alarmed; failed where there have been only zeros for long."""
        if not self._mute:
            self._trouble_s = now_s  # it is heard, if badly
        lasts = now_s - self._trouble_s >= self._set.lasting_zeros_s
        self.stage = "failed" if lasts else "alarmed"

    def _stalled(self, now_s: float, sight: Sight) -> bool:
        if sight.frames != self._frames:
            self._frames, self._frames_s = sight.frames, now_s
            self._silent = 0
        else:
            self._silent += 1
            if self._silent == 1:
                self.gaps += 1
                self._losses.append(now_s)
        # On a machine so busy that nobody looked, nobody may have had time to deliver either.
        stalled = self._silent >= _LOOKS and now_s - self._frames_s >= self._set.stall_s
        return stalled or not sight.active

    def _measure(self, now_s: float, sight: Sight) -> None:
        self._losses.extend([now_s] * min(sight.lost - self._lost, self._set.gaps))
        self._lost = sight.lost
        while self._losses and now_s - self._losses[0] > self._set.gaps_s:
            self._losses.popleft()
        self._history.append((now_s, sight.frames))
        while now_s - self._history[0][0] > self._set.drift_s:
            began_s, frames = self._history.popleft()
            self.rate = (sight.frames - frames) / (now_s - began_s)

    def _amiss(self, sight: Sight) -> Cause:
        if sight.zeros_s >= self._set.zeros_s or (self._mute and sight.zeros_s > 0):
            return "muted or denied"
        if self.rate and abs(self.rate / sight.rate - 1) > self._set.drift:
            return "drift"
        return "gaps" if len(self._losses) >= self._set.gaps else ""
