"""The life of the alerts of one track: raised, updated any number of times, cleared.

Everything here runs on sample time and depends on nothing but the sequence of moments.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from daemon.config.schema import Fusion
from daemon.fusion.decision import Cause, Decision, Moment
from daemon.fusion.hold import BRIDGE, Hold
from daemon.fusion.kind import Cues, strongest
from daemon.fusion.level import RANK, level_of, lowered
from daemon.wire.alert import ClearReason
from daemon.wire.base import Kind, Level, Phase
from models.features.constants import HOP, SAMPLE_RATE

SCORE_STEP: Final = 0.1
"""A change of the score that a person would care about."""
CRITICAL_COOLDOWN_S: Final = 30.0
"""A cool-down of hours is for a dog or an infant next door: nobody screams unheard for so long."""
_NO_CUES: Final = Cues()


def short_id() -> str:
    """A new alert's id: 48 random bits in hex."""
    return uuid.uuid4().hex[:12]


@dataclass(slots=True)
class _Open:
    """The alert that is open."""

    id: str
    kind: Kind
    level: Level
    highest: Level
    overwhelming: bool
    sounded: bool
    onset: int
    escalated: int
    sent_sample: int
    sent_score: float
    quiet: int = 0
    held_down: bool = False


class AlertTrack:
    """Raises, updates and clears alerts; at most one is open at a time.

    Args:
        config: thresholds and times.
        kind_of: names the kind from the strongest cues since the onset.
        new_id: makes an alert's id.
        ceiling: the highest level that this track's alerts may have.
    """

    def __init__(
        self,
        config: Fusion,
        kind_of: Callable[[Cues], Kind],
        new_id: Callable[[], str] = short_id,
        ceiling: Level = "critical",
    ) -> None:
        self._ceiling: Level = ceiling
        self._config = config
        self._kind_of = kind_of
        self._new_id = new_id
        self._advisory = Hold(config.confirm_ms.advisory)
        self._warning = Hold(config.confirm_ms.warning)
        self._critical = Hold(config.confirm_ms.critical)
        self._overwhelming = Hold(config.overwhelming_ms)
        self._cues = _NO_CUES
        self._open: _Open | None = None
        self._ended: dict[Kind, tuple[int, Level]] = {}
        self._sample = 0
        self._score = 0.0

    @property
    def onset(self) -> int | None:
        """Sample at which the open alert's evidence began."""
        return None if self._open is None else self._open.onset

    @property
    def escalated(self) -> int | None:
        """Sample at which sound brought the open alert to its highest level."""
        return None if self._open is None else self._open.escalated

    @property
    def open_alert(self) -> str | None:
        """The id of the alert that is open."""
        return None if self._open is None else self._open.id

    def reconfigure(self, config: Fusion) -> None:
        """Decide by ``config`` from the next moment on; an open alert stays open."""
        self._config = config
        self._advisory.need(config.confirm_ms.advisory)
        self._warning.need(config.confirm_ms.warning)
        self._critical.need(config.confirm_ms.critical)
        self._overwhelming.need(config.overwhelming_ms)

    def advance(self, moment: Moment) -> Decision | None:
        """Take one hop in, and decide."""
        step = moment.sample - self._sample
        self._sample, self._score = moment.sample, moment.score
        level, overwhelming = self._confirmed(moment, step)
        if level is not None:
            level = self._capped(level)
        if self._open is not None:
            return self._go_on(self._open, moment, step, level, overwhelming)
        return None if level is None else self._raise(moment, level, overwhelming)

    def amend(self, level: Level, *, trustworthy: bool = False) -> Decision | None:
        """Set the open alert's level on the word of a slow lane: the only way that it falls.

        It falls by one level at most (see :func:`~daemon.fusion.level.lowered`), and then stays
        there until the sound has died down and come again. It rises above advisory only if sound
        supported the alert at some time, or the text is trustworthy.

        Returns:
            What changed; None where no alert is open or nothing changes.
        """
        alert = self._open
        if alert is None:
            return None
        before, level = alert.level, self._capped(level)
        if RANK[level] > RANK[before]:
            if not (alert.sounded or trustworthy):
                return None
            alert.level = level
            alert.highest = max(alert.highest, level, key=RANK.__getitem__)
            alert.held_down = False
        else:
            target = lowered(alert.highest, level, overwhelming=alert.overwhelming)
            if RANK[target] >= RANK[before]:
                return None
            alert.level = target
            alert.held_down = True
        return self._updated(alert, "amended", before)

    def weigh(self, level: Level, score: float, *, trustworthy: bool) -> Decision | None:
        """Words that were said in the open alert have been weighed: always an update of it.

        Args:
            level: what sound and words together amount to (see :meth:`amend` for the bounds).
            score: their fused score.
            trustworthy: whether the words may raise the alert without the sound.
        """
        alert = self._open
        if alert is None:
            return None
        if score >= self._config.release:
            alert.quiet = 0  # what was said is distress that was heard
        decision = self.amend(level, trustworthy=trustworthy)
        if decision is None:
            decision = self._updated(alert, "text", alert.level)
        alert.sent_score = score
        return replace(decision, score=score)

    def speak(
        self, score: float, sound: float, since: int, *, trustworthy: bool
    ) -> Decision | None:
        """Words for distress were said where no alert is open: raise one, if they amount to it.

        Above advisory only if the sound in which they were said was at advisory, or the words are
        trustworthy.

        Args:
            score: what sound and words together amount to.
            sound: the loudest probability by sound alone while they were said.
            since: sample at which they began.
            trustworthy: whether they may raise more than an advisory without the sound.
        """
        threshold = self._config.threshold
        if self._open is not None or score < threshold.advisory:
            return None
        supported = trustworthy or sound >= threshold.advisory
        level = self._capped(level_of(score, threshold) if supported else "advisory")
        self._score = score
        moment = Moment(self._sample, score, sound, self._cues, trustworthy)
        decision = self._raise(moment, level, overwhelming=False, since=since)
        return None if decision is None else replace(decision, cause="text")

    def close(self, reason: ClearReason) -> Decision | None:
        """Clear the open alert because listening stops here, and start every hold again.

        No cool-down follows: the sound has not ended, and whoever resumes wants to hear of it.
        """
        for hold in (self._advisory, self._warning, self._critical, self._overwhelming):
            hold.reset()
        self._cues = _NO_CUES
        return None if self._open is None else self._clear(self._open, "closed", reason)

    def _confirmed(self, moment: Moment, step: int) -> tuple[Level | None, bool]:
        """The highest level confirmed at this hop, and whether sound alone is overwhelming."""
        sample, threshold = moment.sample, self._config.threshold
        supported = moment.audio >= threshold.advisory or moment.trustworthy
        advisory = self._advisory.feed(sample, step, true=moment.score >= threshold.advisory)
        warning = self._warning.feed(
            sample, step, true=supported and moment.score >= threshold.warning
        )
        critical = self._critical.feed(
            sample, step, true=supported and moment.score >= threshold.critical
        )
        overwhelming = self._overwhelming.feed(
            sample, step, true=moment.audio >= self._config.overwhelming
        )
        if self._onset() is None:
            self._cues = _NO_CUES
        else:
            self._cues = strongest(self._cues, moment.cues)
        if critical or overwhelming:
            return "critical", overwhelming
        if warning:
            return "warning", False
        return ("advisory" if advisory else None), False

    def _capped(self, level: Level) -> Level:
        return min(level, self._ceiling, key=RANK.__getitem__)

    def _onset(self) -> int | None:
        """Where the present evidence began (the higher levels' holds imply the advisory's)."""
        one, other = self._advisory.onset, self._overwhelming.onset
        if one is None or other is None:
            return other if one is None else one
        return min(one, other)

    def _raise(
        self, moment: Moment, level: Level, overwhelming: bool, since: int | None = None
    ) -> Decision | None:
        kind = self._kind_of(self._cues)
        if self._cooling(kind, level, moment.sample):
            return None
        onset = self._onset() if since is None else since
        self._open = alert = _Open(
            id=self._new_id(),
            kind=kind,
            level=level,
            highest=level,
            overwhelming=overwhelming,
            sounded=moment.audio >= self._config.threshold.advisory,
            onset=moment.sample - HOP if onset is None else onset,
            escalated=moment.sample,
            sent_sample=moment.sample,
            sent_score=moment.score,
        )
        cause: Cause = "overwhelming" if overwhelming else "confirmed"
        return self._decision(alert, "raised", cause, None)

    def _cooling(self, kind: Kind, level: Level, sample: int) -> bool:
        """Whether an alert of this kind and no lower level ended too short a while ago."""
        if kind not in self._ended:
            return False
        ended_at, ended_level = self._ended[kind]
        cooldown_s = self._config.cooldown_by_kind.get(kind, self._config.cooldown_s)
        if level == "critical":
            cooldown_s = min(cooldown_s, CRITICAL_COOLDOWN_S)
        return sample - ended_at < cooldown_s * SAMPLE_RATE and RANK[level] <= RANK[ended_level]

    def _go_on(
        self, alert: _Open, moment: Moment, step: int, level: Level | None, overwhelming: bool
    ) -> Decision | None:
        config = self._config
        if overwhelming and not alert.overwhelming:
            alert.overwhelming = True
            alert.held_down = False  # the word that lowered it did not know of this
        alert.sounded |= moment.audio >= config.threshold.advisory
        # Words and what happened before may raise it; only what is heard keeps it open.
        if moment.audio >= config.release:
            alert.quiet = 0
        else:
            alert.quiet += min(step, BRIDGE)  # lost sound was not heard to be quiet
            if alert.quiet >= config.clear_after_s * SAMPLE_RATE:
                return self._clear(alert, "quiet", "ended")
            if alert.quiet >= BRIDGE:
                alert.held_down = False
        if level is not None and RANK[level] > RANK[alert.level] and not alert.held_down:
            before, alert.level, alert.highest = alert.level, level, level
            alert.escalated = moment.sample
            return self._updated(alert, "overwhelming" if overwhelming else "confirmed", before)
        if moment.sample - alert.sent_sample < config.update_every_s * SAMPLE_RATE:
            return None
        if abs(moment.score - alert.sent_score) >= SCORE_STEP:
            return self._updated(alert, "score", alert.level)
        return None

    def _updated(self, alert: _Open, cause: Cause, before: Level) -> Decision:
        decision = self._decision(alert, "updated", cause, before)
        alert.sent_sample, alert.sent_score = decision.sample, decision.score
        return decision

    def _clear(self, alert: _Open, cause: Cause, reason: ClearReason) -> Decision:
        decision = self._decision(alert, "cleared", cause, alert.level, reason)
        self._open = None
        if cause == "quiet":
            self._ended[alert.kind] = (decision.sample, alert.level)
        return decision

    def _decision(
        self,
        alert: _Open,
        phase: Phase,
        cause: Cause,
        before: Level | None,
        reason: ClearReason | None = None,
    ) -> Decision:
        return Decision(
            alert=alert.id,
            phase=phase,
            cause=cause,
            kind=alert.kind,
            level=alert.level,
            before=before,
            score=self._score,
            sample=self._sample,
            onset=alert.onset,
            reason=reason,
        )
