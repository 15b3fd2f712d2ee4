"""Everything that scenes tell, added up."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from models.evaluation.intervals import bootstrap_groups, poisson_exact
from models.evaluation.scenes.alerts import Alert, Heard
from models.evaluation.scenes.material import Background
from models.evaluation.scenes.mixing import Event
from models.evaluation.scenes.scoring import Outcome, Score, Stray, score
from models.evaluation.scenes.script import SNR_DB

THRESHOLDS: Final = tuple(round(0.30 + 0.04 * step, 2) for step in range(18))  # 0.30 to 0.98
CLEAR_S: Final = 10.0  # within which an alert is to end
QUIET: Final = 0.5  # false alarms an hour, at most, that a house may be asked to bear


def _share(outcomes: Sequence[Outcome]) -> float | None:
    return round(float(np.mean([o.found for o in outcomes])), 4) if outcomes else None


def _interval(outcomes: Sequence[Outcome]) -> list[float] | None:
    """95 % over speakers and packages, which are drawn again together with all they said."""
    if not outcomes:
        return None
    rows = [(o.event.group, "event", "found" if o.found else "") for o in outcomes]
    found = bootstrap_groups(rows, lambda pairs: float(np.mean([g == "found" for _, g in pairs])))
    return [round(found.low, 4), round(found.high, 4)]


def _percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    if not seconds:
        return {"p50": None, "p95": None}
    p50, p95 = np.percentile(seconds, [50, 95]) * 1000
    return {"p50": round(float(p50)), "p95": round(float(p95))}


def _delays(outcomes: Sequence[Outcome]) -> list[float]:
    return [o.after_s for o in outcomes if o.after_s is not None]


def _by_snr(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    return {str(snr): _share([o for o in outcomes if o.event.snr_db == snr]) for snr in SNR_DB}


def _event_kinds(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in dict.fromkeys(sorted(o.event.kind for o in outcomes)):
        mine = [o for o in outcomes if o.event.kind == kind]
        found[kind] = {
            "events": len(mine),
            "sources": len({o.event.file for o in mine}),
            "groups": len({o.event.group for o in mine}),
            "recall": _by_snr(mine),
            "onset_to_alert_ms": _percentiles(_delays(mine)),
        }
    return found


def _background_kinds(scores: Sequence[Score]) -> dict[str, Any]:
    kinds: dict[Background, float] = {}
    for one in scores:
        for kind, seconds in one.negative_s.items():
            kinds[kind] = kinds.get(kind, 0.0) + seconds
    counts: dict[str, Callable[[Score], Sequence[Stray]]] = {
        "false_alarms": lambda s: s.false_alarms,
        "advisories": lambda s: s.advisories,
        "infant_alerts": lambda s: s.infants,
    }
    return {
        kind: {"hours": round(seconds / 3600, 3)}
        | {
            name: sum(stray.background == kind for one in scores for stray in of(one))
            for name, of in counts.items()
        }
        for kind, seconds in sorted(kinds.items())
    }


def _hours(scores: Sequence[Score]) -> float:
    """Without any event."""
    return sum(sum(one.negative_s.values()) for one in scores) / 3600


def _rate(scores: Sequence[Score]) -> float:
    """False alarms an hour."""
    return sum(len(one.false_alarms) for one in scores) / _hours(scores)


def _operating_point(heard: Sequence[Heard], alerts_of: Callable[[Heard], Sequence[Alert]]) -> Any:
    scores = [score(one.truth, alerts_of(one)) for one in heard]
    recall = _share([o for one in scores for o in one.outcomes])
    return round(_rate(scores), 3), recall


def _quiet_point(heard: Sequence[Heard]) -> dict[str, Any] | None:
    """The lowest threshold of a warning that is quiet enough; None where none is."""
    for threshold in sorted(heard[0].by_threshold) if heard else ():
        scores = [score(one.truth, one.by_threshold[threshold]) for one in heard]
        rate = _rate(scores)
        if rate <= QUIET:
            outcomes = [o for one in scores for o in one.outcomes]
            return {
                "threshold": threshold,
                "false_alarms_per_hour": round(rate, 3),
                "recall": _by_snr(outcomes),
            }
    return None


def _clearing(scores: Sequence[Score], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """How long alerts outlast what they are about: by their score, and by the sound itself."""
    by_score = [seconds for one in scores for seconds in one.clear_s]
    by_sound = [o.cleared_after_s for o in outcomes if o.cleared_after_s is not None]
    return {
        name: {
            "alerts": len(found),
            "p50": round(float(np.median(found)), 2) if found else None,
            "max": round(max(found), 2) if found else None,
            "within_10_s": round(float(np.mean(np.array(found) <= CLEAR_S)), 4) if found else None,
        }
        for name, found in (("after_evidence_s", by_score), ("after_sound_s", by_sound))
    }


def _missed(event: Event, scene: str) -> dict[str, Any]:
    return {
        "scene": scene, "onset_s": round(event.onset_s, 2), "kind": event.kind,
        "snr_db": event.snr_db, "background": event.background, "file": event.file,
    }  # fmt: skip


def figures(heard: Sequence[Heard]) -> dict[str, Any]:
    """What `distressd evaluate --suite scenes --json` prints."""
    scores = [score(one.truth, one.alerts) for one in heard]
    outcomes = [o for one in scores for o in one.outcomes]
    hours = _hours(scores)
    alarms = [stray for one in scores for stray in one.false_alarms]
    advisories = sum(len(one.advisories) for one in scores)
    infants = sum(len(one.infants) for one in scores)
    rate = poisson_exact(len(alarms), hours)
    return {
        "negative_hours": round(hours, 3),
        "false_alarms": len(alarms),
        "false_alarms_per_hour": round(rate.value, 3),
        "false_alarms_ci95": [round(rate.low, 3), round(rate.high, 3)],
        "advisories_per_hour": round(advisories / hours, 3),
        "infant_alerts_per_hour": round(infants / hours, 3),
        "events": len(outcomes),
        "recall": _by_snr(outcomes),
        "recall_ci95": {
            str(snr): _interval([o for o in outcomes if o.event.snr_db == snr]) for snr in SNR_DB
        },
        "recall_any_level": {
            str(snr): _any_level([o for o in outcomes if o.event.snr_db == snr]) for snr in SNR_DB
        },
        "onset_to_alert_ms": _percentiles(_delays(outcomes)),
        "clearing": _clearing(scores, outcomes),
        "curve": [
            [threshold, *_operating_point(heard, lambda h, t=threshold: h.by_threshold[t])]  # type: ignore[misc]
            for threshold in (sorted(heard[0].by_threshold) if heard else ())
        ],
        "quiet": _quiet_point(heard),
        "by_kind": {"events": _event_kinds(outcomes), "background": _background_kinds(scores)},
        "detail": {
            "false_alarms": [
                {
                    "scene": stray.scene, "at_s": stray.at_s, "kind": stray.kind,
                    "background": stray.background, "files": list(stray.files),
                }
                for stray in alarms
            ],
            "missed": [
                _missed(o.event, one.truth.name)
                for one, done in zip(heard, scores, strict=True)
                for o in done.outcomes
                if not o.found
            ],
        },
    }  # fmt: skip


def _any_level(outcomes: Sequence[Outcome]) -> float | None:
    if not outcomes:
        return None
    return round(float(np.mean([o.advised_after_s is not None for o in outcomes])), 4)
