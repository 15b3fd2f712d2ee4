"""What kind of distress the sound is, from the strongest cues since it began."""

from typing import NamedTuple

from daemon.acoustic.evidence import AcousticEvidence
from daemon.wire.base import Kind

AUDIBLE = 0.05
"""Score from which a sound event names the kind. Below it the network heard nothing of the sort:
real screams pass .1 in 96 % of recordings, read speech never does."""

ANGRY, FEARFUL = 4, 5  # places in the posterior, RAVDESS order


class Cues(NamedTuple):
    """What speaks for each kind, in [0, 1]: four groups of sound events, two emotions."""

    scream: float = 0.0
    shouting: float = 0.0
    crying: float = 0.0
    pain: float = 0.0
    fear: float = 0.0
    anger: float = 0.0


def cues(evidence: AcousticEvidence) -> Cues:
    """The cues of one hop; 0 for what was not listened for."""
    events, posterior = evidence.events, evidence.posterior
    sounds = (
        (events.scream, events.shouting, events.crying, events.pain)
        if events is not None
        else (0.0, 0.0, 0.0, 0.0)
    )
    fear, anger = (posterior[FEARFUL], posterior[ANGRY]) if posterior is not None else (0.0, 0.0)
    return Cues(*sounds, fear, anger)


def strongest(one: Cues, other: Cues) -> Cues:
    """Each cue at its larger value."""
    return Cues(*map(max, one, other))


def distress_kind(heard: Cues) -> Kind:
    """The kind of the strongest sound event where one is audible, else of the stronger emotion.

    Ties go to the kind named first in :class:`Cues`.
    """
    events: dict[Kind, float] = {
        "scream": heard.scream,
        "shouting": heard.shouting,
        "crying": heard.crying,
        "pain": heard.pain,
    }
    strongest_event = max(events, key=events.__getitem__)
    if events[strongest_event] >= AUDIBLE:
        return strongest_event
    return "fear" if heard.fear >= heard.anger else "anger"


def infant_kind(_heard: Cues) -> Kind:
    """The only kind of the infant track."""
    return "infant_crying"


def audible(evidence: AcousticEvidence) -> bool:
    """Whether a cry is heard that is more than a voice speaking."""
    events = evidence.events
    return events is not None and (
        max(events.scream, events.shouting, events.crying, events.pain) >= AUDIBLE
    )
