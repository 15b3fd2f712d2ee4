"""What is raised over recordings that are heard alone, near, in a quiet room.

In scenes whoever speaks is far and among others, so that they say nothing of the room in which
somebody talks to a friend; and there no voice may wake the house.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from models.data.corpora import Clip
from models.evaluation.floor import Replay, in_room
from models.evaluation.intervals import poisson_exact, wilson
from models.evaluation.raised import Raised
from models.evaluation.scenes.material import Background, EventKind, Material
from models.features.constants import SAMPLE_RATE

RECORDINGS: Final = 250  # of each sort, at most
SEED: Final = 11
VOICES: Final[tuple[Background, ...]] = ("talk", "television")
THINGS: Final[tuple[Background, ...]] = ("household", "traffic", "animals", "children")
ACTED: Final[tuple[EventKind, ...]] = ("fear", "anger")


@dataclass(frozen=True, slots=True)
class Alone:
    """The recordings that are heard.

    Attributes:
        voices: calm and happy ones.
        things: households, streets, animals, children who play.
        acted: fear and anger.
    """

    voices: tuple[Clip, ...]
    things: tuple[Clip, ...]
    acted: tuple[Clip, ...]


def drawn(found: Material, most: int = RECORDINGS) -> Alone:
    """Of each sort that ``found`` has, ``most`` recordings, by a fixed seed."""
    return Alone(
        _some([clip for kind in VOICES for clip in found.background.get(kind, ())], most),
        _some([clip for kind in THINGS for clip in found.background.get(kind, ())], most),
        _some([clip for kind in ACTED for clip in found.events.get(kind, ())], most),
    )


def alone(recordings: Alone, replay: Replay) -> dict[str, Any]:
    """Alerts an hour over what is no distress, and the share that is found of what is.

    The hours are of the recordings with the room before and behind them. Alerts of infants count
    for nothing.
    """
    voices, things = _heard(recordings.voices, replay), _heard(recordings.things, replay)
    acted = [alerts for alerts, _ in _heard(recordings.acted, replay)]
    return {
        "voices": _rate(voices),
        "things": _rate(things),
        "acted": {
            "recordings": len(acted),
            "found": _share([bool(alerts) for alerts in acted]),
            "warned": _share([_warned(alerts) > 0 for alerts in acted]),
        },
    }


def _some(clips: Sequence[Clip], most: int) -> tuple[Clip, ...]:
    rng = np.random.default_rng(SEED)
    return tuple(clips[i] for i in rng.permutation(len(clips))[:most])


def _heard(clips: Sequence[Clip], replay: Replay) -> list[tuple[list[Raised], float]]:
    """Alerts of distress over each of ``clips``, and the hours of its stream."""
    streams = [in_room(clip.read(), number) for number, clip in enumerate(clips)]
    return [
        ([one for one in alerts if one.kind != "infant_crying"], len(stream) / SAMPLE_RATE / 3600)
        for alerts, stream in zip(replay(streams), streams, strict=True)
    ]


def _warned(alerts: Sequence[Raised]) -> int:
    return sum(one.reached != "advisory" for one in alerts)


def _rate(heard: Sequence[tuple[list[Raised], float]]) -> dict[str, Any]:
    hours = sum(each for _, each in heard)
    alerts = sum(len(each) for each, _ in heard)
    rate = poisson_exact(alerts, hours) if hours else None
    return {
        "recordings": len(heard),
        "hours": round(hours, 3),
        "alerts": alerts,
        "warnings": sum(_warned(each) for each, _ in heard),
        "alerts_per_hour": rate and round(rate.value, 3),
        "alerts_ci95": rate and [round(rate.low, 3), round(rate.high, 3)],
    }


def _share(hits: Sequence[bool]) -> dict[str, Any]:
    if not hits:
        return {"value": None, "ci95": None}
    found = wilson(hits)
    return {"value": round(found.value, 4), "ci95": [round(found.low, 4), round(found.high, 4)]}
