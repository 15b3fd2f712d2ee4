"""What is raised over everyday sound that comes forward: somebody speaks up, a dog barks near by.

Scenes with events have nothing but distress in their foreground, so that they cannot tell an ear
for distress from one for anything that rises above its background. A sound counts as raised by an
alert that comes to warning between its onset and two seconds after its offset.
"""

from collections.abc import Sequence
from typing import Any

from models.evaluation.intervals import wilson
from models.evaluation.scenes.alerts import Alert, Heard
from models.evaluation.scenes.mixing import Event, Truth
from models.evaluation.scenes.scoring import AFTER_S

Raised = tuple[Event, bool]


def foreground(heard: Sequence[Heard]) -> dict[str, Any]:
    """How much of what came forward was raised, as configured and at other thresholds.

    Args:
        heard: scenes whose events are everyday sounds.
    """
    found = _raised([(one.truth, one.alerts) for one in heard])
    kinds = sorted({event.kind for event, _ in found})
    thresholds = sorted(heard[0].by_threshold) if heard else []
    at = {t: _raised([(one.truth, one.by_threshold[t]) for one in heard]) for t in thresholds}
    return {
        **_share(found),
        "by_kind": {kind: _share([one for one in found if one[0].kind == kind]) for kind in kinds},
        "curve": [[threshold, _share(one)["raised"]] for threshold, one in at.items()],
    }


def _raised(scenes: Sequence[tuple[Truth, Sequence[Alert]]]) -> list[Raised]:
    return [
        (event, any(_over(event, alert) for alert in alerts))
        for truth, alerts in scenes
        for event in truth.events
    ]


def _over(event: Event, alert: Alert) -> bool:
    at_s = alert.warned_s
    return (
        not alert.infant and at_s is not None and event.onset_s <= at_s <= event.offset_s + AFTER_S
    )


def _share(found: Sequence[Raised]) -> dict[str, Any]:
    if not found:
        return {"sounds": 0, "raised": None, "raised_ci95": None}
    share = wilson([raised for _, raised in found])
    return {
        "sounds": len(found),
        "raised": round(share.value, 4),
        "raised_ci95": [round(share.low, 4), round(share.high, 4)],
    }
