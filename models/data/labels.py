"""One vocabulary for every corpus: what a clip's label means for emotion and for distress."""

from dataclasses import dataclass
from typing import Literal

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
}

SOUND_LABELS: dict[str, Meaning] = {
    "scream_pain_death": _CRY,
    "fall_drown": _CRY,
    "shouted_speech": _CRY,
    "war_cry": _CRY,
    "crying_baby": Meaning("infant", frozenset(EMOTIONS)),
    "baby_cry": Meaning("infant", frozenset(EMOTIONS)),
    "siren": _APART,
    "gun_shot": _APART,
    "comic_pain": _APART,  # a caricature of what is listened for: in neither figure
}


def meaning(corpus: str, label: str, environment: str = "") -> Meaning:
    """What ``label`` of ``corpus`` stands for; ``environment`` is emospeech_in's second label.

    A scream in the background of a word that is said calmly contradicts itself and is set apart;
    a field recording of glass or shots alone raises context only.
    """
    if environment == "scream":
        return _APART if label == "calm" else _CRY
    if environment in {"glass break", "gunshots"}:
        return _APART
    if corpus == "emospeech_in" and label == "calm":
        return _QUIET
    return EMOTION_LABELS.get(label) or SOUND_LABELS.get(label) or _ORDINARY
