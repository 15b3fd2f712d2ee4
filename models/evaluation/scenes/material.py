"""Which recordings serve as everyday background and which as events, by fold."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from models.data.corpora import Clip
from models.data.splits import Fold, split
from models.errors import DataError

EventKind = Literal["scream", "help", "fear", "anger", "shout"]
Background = Literal[
    "talk", "television", "music", "children", "laughter", "infants", "animals", "traffic",
    "household", "weather", "silence",
]  # fmt: skip

HELP_WORDS: Final = frozenset({"help", "bacho"})  # "bacho": save me
# RAVDESS tells two intensities; the weaker of its fear and anger is conversation.
_WEAK: Final = re.compile(r"ravdess/.*/\d\d-\d\d-\d\d-01-")
_BACKGROUND: Final[dict[str, Background]] = {
    **dict.fromkeys(("speech", "neutral", "calm"), "talk"),
    **dict.fromkeys(("happy", "surprise", "surprised", "excited", "comic_speech"), "television"),
    **dict.fromkeys(("music", "street_music"), "music"),
    "children_playing": "children",
    **dict.fromkeys(("laugh", "laughing"), "laughter"),
    **dict.fromkeys(("crying_baby", "baby_cry"), "infants"),
    **dict.fromkeys(
        ("dog_bark", "dog", "rooster", "cat", "hen", "pig", "cow", "sheep", "crow", "frog"),
        "animals",
    ),
    **dict.fromkeys(
        ("car_horn", "engine_idling", "drilling", "jackhammer", "helicopter", "chainsaw", "engine",
         "train", "airplane"), "traffic",
    ),
    **dict.fromkeys(
        ("noise", "air_conditioner", "person_sneeze", "sneezing", "cough", "coughing",
         "clock_tick", "fire_crackling", "crackling_fire", "effort", "washing_machine",
         "vacuum_cleaner", "footsteps", "snoring", "keyboard_typing", "door_wood_knock",
         "can_opening", "pouring_water", "toilet_flush", "brushing_teeth", "drinking_sipping"),
        "household",
    ),
    **dict.fromkeys(("rain", "sea_waves", "wind", "thunderstorm", "water_drops"), "weather"),
}  # fmt: skip


def event_kind(clip: Clip) -> EventKind | None:
    """What kind of event ``clip`` is; None where it is none."""
    if clip.meaning.verdict != "distress" or _WEAK.match(clip.file):
        return None
    if clip.environment == "scream" or clip.label in {"scream", "scream_pain_death", "fall_drown"}:
        return "scream"
    if clip.keyword in HELP_WORDS or clip.label == "call_for_help":
        return "help"
    if clip.label in {"shouted_speech", "shout", "war_cry"}:
        return "shout"
    return "anger" if clip.label == "angry" else "fear"


def background_kind(clip: Clip) -> Background | None:
    """What everyday sound ``clip`` is; None where it is none, or its label is in neither figure."""
    if clip.meaning.verdict not in {"not_distress", "infant"}:
        return None
    return _BACKGROUND.get(clip.label)


@dataclass(frozen=True, slots=True)
class Material:
    """The recordings of one fold by what they serve as.

    Attributes:
        events: by kind.
        background: by kind; silence needs no recording.
    """

    events: dict[EventKind, tuple[Clip, ...]]
    background: dict[Background, tuple[Clip, ...]]


def material(clips: Sequence[Clip], fold: Fold) -> Material:
    """What ``fold`` has to mix scenes of: its sources are in no other fold's scenes.

    Raises:
        DataError: if it has no event, or no background.
    """
    events: dict[EventKind, list[Clip]] = defaultdict(list)
    background: dict[Background, list[Clip]] = defaultdict(list)
    for clip in split(clips)[fold]:
        event, everyday = event_kind(clip), background_kind(clip)
        if event is not None:
            events[event].append(clip)
        elif everyday is not None:
            background[everyday].append(clip)
    if not events or not background:
        raise DataError(
            f"The {fold} fold has no recording of {'distress' if not events else 'everyday life'}.",
            "Scenes need both: see `distressd data manifest`.",
        )
    return Material(
        {kind: tuple(found) for kind, found in sorted(events.items())},
        {kind: tuple(found) for kind, found in sorted(background.items())},
    )
