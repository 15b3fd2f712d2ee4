"""Which events were found, and which alerts were false.

An alert counts from the moment at which it is at warning or above. An event is found by an alert
that is both raised and at warning between the event's onset and its offset + 2 s: what was open
before finds nothing. An alert that comes to warning anywhere else is false. Advisories are told
beside; alerts of infants crying are in neither figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.evaluation.scenes.alerts import Alert
from models.evaluation.scenes.material import Background
from models.evaluation.scenes.mixing import Event, Truth

AFTER_S: Final = 2.0  # the time that an alert may take after the offset


@dataclass(frozen=True, slots=True)
class Outcome:
    """One event, and what was raised for it.

    Attributes:
        after_s: from onset to the alert at warning; None if there was none.
        advised_after_s: from onset to the alert at any level; None if there was none.
        cleared_after_s: from the event's offset to the end of the alert that found it.
    """

    event: Event
    after_s: float | None
    advised_after_s: float | None
    cleared_after_s: float | None

    @property
    def found(self) -> bool:
        """Whether an alert at warning or above was raised in time."""
        return self.after_s is not None


@dataclass(frozen=True, slots=True)
class Stray:
    """An alert in a negative stretch.

    Attributes:
        at_s: when it came to its level.
        background: what was to be heard there.
        files: the recordings that sounded within the second before.
    """

    scene: str
    at_s: float
    kind: str
    background: Background
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """One scene at one threshold.

    Attributes:
        false_alarms: at warning or above.
        advisories: raised in a negative stretch and never at warning.
        infants: alerts of the infant track, wherever they came.
        negative_s: seconds of each background that are no event's.
        clear_s: from the last score at the release or above to the clear, of every alert.
    """

    outcomes: tuple[Outcome, ...]
    false_alarms: tuple[Stray, ...]
    advisories: tuple[Stray, ...]
    infants: tuple[Stray, ...]
    negative_s: dict[Background, float]
    clear_s: tuple[float, ...]


def score(truth: Truth, alerts: Sequence[Alert], after_s: float = AFTER_S) -> Score:
    """Compare what was raised with what was mixed.

    Args:
        truth: of the scene.
        alerts: of the same scene.
        after_s: the time that an alert may take after an event's offset.
    """
    distress = [alert for alert in alerts if not alert.infant]
    return Score(
        outcomes=tuple(_outcome(event, distress, after_s) for event in truth.events),
        false_alarms=tuple(
            _stray(truth, alert, alert.warned_s)
            for alert in distress
            if alert.warned_s is not None and not _in_event(truth, alert.warned_s, after_s)
        ),
        advisories=tuple(
            _stray(truth, alert, alert.raised_s)
            for alert in distress
            if alert.warned_s is None and not _in_event(truth, alert.raised_s, after_s)
        ),
        infants=tuple(_stray(truth, alert, alert.raised_s) for alert in alerts if alert.infant),
        negative_s=negative_seconds(truth, after_s),
        clear_s=tuple(
            alert.cleared_s - alert.heard_s
            for alert in alerts
            if alert.cleared_s is not None and alert.heard_s is not None
        ),
    )


def _windows(truth: Truth, after_s: float) -> list[tuple[float, float]]:
    return [(event.onset_s, event.offset_s + after_s) for event in truth.events]


def _in_event(truth: Truth, moment_s: float, after_s: float) -> bool:
    return any(begin <= moment_s <= end for begin, end in _windows(truth, after_s))


def _outcome(event: Event, alerts: Sequence[Alert], after_s: float) -> Outcome:
    begin, end = event.onset_s, event.offset_s + after_s
    mine = [alert for alert in alerts if begin <= alert.raised_s <= end]
    loud = [a for a in mine if a.warned_s is not None and a.warned_s <= end]
    first = min(loud, key=_warned, default=None)
    return Outcome(
        event,
        None if first is None else _warned(first) - begin,
        min((alert.raised_s - begin for alert in mine), default=None),
        None if first is None or first.cleared_s is None else first.cleared_s - event.offset_s,
    )


def _warned(alert: Alert) -> float:
    return float("inf") if alert.warned_s is None else alert.warned_s


def _stray(truth: Truth, alert: Alert, at_s: float) -> Stray:
    # What an alert is about was heard up to a window's length before it.
    kinds = [kind for kind, begin, end in truth.stretches if begin <= at_s - 0.5 < end]
    near = [s.file for s in truth.background if s.start_s <= at_s and s.end_s >= at_s - 1.0]
    return Stray(
        truth.name, round(at_s, 2), alert.kind, kinds[0] if kinds else "silence", tuple(near)
    )


def negative_seconds(truth: Truth, after_s: float = AFTER_S) -> dict[Background, float]:
    """Seconds of each background outside every event's window."""
    seconds: dict[Background, float] = {}
    for kind, begin, end in truth.stretches:
        taken = sum(_overlap((begin, end), window) for window in _windows(truth, after_s))
        seconds[kind] = seconds.get(kind, 0.0) + (end - begin) - taken
    return seconds


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))
