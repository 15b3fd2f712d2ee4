"""One vocabulary for every corpus: what a clip's label means for emotion and for distress."""

import difflib
from dataclasses import dataclass
from typing import Literal

from models.errors import DataError

EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")

# In neither figure: acted sadness and disgust, and sound events that only raise context.
Verdict = Literal["distress", "not_distress", "infant", "apart"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label stands for.

    Attributes:
        verdict: whether it counts as distress.
        emotions: the emotions that it may be; a single one for acted emotion. Training asks
            that the network's probability lie somewhere in this set.
    """

    verdict: Verdict
    emotions: frozenset[str]


def _one(emotion: str, verdict: Verdict) -> Meaning:
    return Meaning(verdict, frozenset({emotion}))


_ORDINARY = Meaning("not_distress", frozenset(EMOTIONS) - {"angry", "fearful"})
_QUIET = Meaning("not_distress", frozenset({"neutral", "calm"}))
_CRY = Meaning("distress", frozenset({"angry", "fearful"}))
_APART = Meaning("apart", frozenset(EMOTIONS))

EMOTION_LABELS: dict[str, Meaning] = {
    "neutral": _one("neutral", "not_distress"),
    "calm": _one("calm", "not_distress"),
    "happy": _one("happy", "not_distress"),
    "surprise": _one("surprised", "not_distress"),
    "surprised": _one("surprised", "not_distress"),
    "sad": _one("sad", "apart"),
    "disgust": _one("disgust", "apart"),
    "angry": _one("angry", "distress"),
    "fear": _one("fearful", "distress"),
    "fearful": _one("fearful", "distress"),
    "bored": Meaning("not_distress", frozenset({"neutral", "calm", "sad"})),
    "excited": _one("happy", "not_distress"),
    # Between anger and resignation, and the annotators' "other" or "no agreement": in neither.
    "frustrated": Meaning("apart", frozenset({"angry", "sad", "disgust"})),
    "other": _APART,
}

SOUND_LABELS: dict[str, Meaning] = {
    "scream": _CRY,
    "scream_pain_death": _CRY,
    "fall_drown": _CRY,
    "shout": _CRY,
    "shouted_speech": _CRY,
    "call_for_help": _CRY,
    "adult_cry": _CRY,
    "war_cry": _CRY,
    "crying_baby": Meaning("infant", frozenset(EMOTIONS)),
    "baby_cry": Meaning("infant", frozenset(EMOTIONS)),
    "siren": _APART,
    "gun_shot": _APART,
    "glass_breaking": _APART,
    "comic_pain": _APART,  # a caricature of what is listened for: in neither figure
}

ORDINARY_LABELS = frozenset({
    "speech", "comic_speech", "laugh", "cough", "effort", "music", "noise", "silence", "none",
    # UrbanSound8K
    "air_conditioner", "car_horn", "children_playing", "dog_bark", "drilling", "engine_idling",
    "jackhammer", "street_music",
    # ESC-10 and ESC-50, as their folders and tables have them
    "person_sneeze", "fire_crackling", "dog", "rooster", "pig", "cow", "frog", "cat", "hen",
    "insects", "sheep", "crow", "rain", "sea_waves", "crackling_fire", "crickets",
    "chirping_birds", "water_drops", "wind", "pouring_water", "toilet_flush", "thunderstorm",
    "sneezing", "clapping", "breathing", "coughing", "footsteps", "laughing", "brushing_teeth",
    "snoring", "drinking_sipping", "door_wood_knock", "mouse_click", "keyboard_typing",
    "door_wood_creaks", "can_opening", "washing_machine", "vacuum_cleaner", "clock_alarm",
    "clock_tick", "helicopter", "chainsaw", "engine", "train", "church_bells", "airplane",
    "fireworks", "hand_saw",
})  # fmt: skip
VOCABULARY = frozenset(EMOTION_LABELS) | frozenset(SOUND_LABELS) | ORDINARY_LABELS


def meaning(corpus: str, label: str, environment: str = "") -> Meaning:
    """What ``label`` of ``corpus`` stands for; ``environment`` is emospeech_in's second label.

    A scream in the background of a word that is said calmly contradicts itself and is set apart;
    a field recording of glass or shots alone raises context only.

    Raises:
        DataError: if the vocabulary does not have the label.
    """
    if environment == "scream":
        return _APART if label == "calm" else _CRY
    if environment in {"glass break", "gunshots"}:
        return _APART
    if corpus == "emospeech_in" and label == "calm":
        return _QUIET
    found = EMOTION_LABELS.get(label) or SOUND_LABELS.get(label)
    if found is None and label not in ORDINARY_LABELS:
        close = difflib.get_close_matches(label, sorted(VOCABULARY), n=1)
        known = f"Known are: {', '.join(sorted(VOCABULARY))}."
        guess = f"Did you mean {close[0]}?" if close else known
        raise DataError(f"{corpus} has the label {label!r}, which nobody knows.", guess)
    return found or _ORDINARY
