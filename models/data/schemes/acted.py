"""Acted emotional speech: RAVDESS, TESS, CREMA-D, EmoDB, SAVEE, nEMO."""

import re
from pathlib import Path

from models.data.schemes.scheme import Named, Scheme

# Livingstone & Russo 2018: modality-channel-emotion-intensity-statement-repetition-actor.
_RAVDESS = {
    "01": "neutral", "02": "calm", "03": "happy", "04": "sad",
    "05": "angry", "06": "fear", "07": "disgust", "08": "surprise",
}  # fmt: skip
# Pichora-Fuller & Dupuis 2020: speaker_word_emotion; "ps" is pleasant surprise.
_TESS = {
    "angry": "angry", "disgust": "disgust", "fear": "fear", "happy": "happy",
    "neutral": "neutral", "ps": "surprise", "sad": "sad",
}  # fmt: skip
# Cao et al. 2014: actor_sentence_emotion_intensity.
_CREMA_D = {
    "ANG": "angry", "DIS": "disgust", "FEA": "fear", "HAP": "happy", "NEU": "neutral", "SAD": "sad",
}  # fmt: skip
# Burkhardt et al. 2005: speaker, text, emotion (by its German word), version.
_EMODB = {
    "W": "angry", "L": "bored", "E": "disgust", "A": "fear",
    "F": "happy", "T": "sad", "N": "neutral",
}  # fmt: skip
# Haq & Jackson 2009: emotion and sentence, in a folder for each speaker or behind its initials.
_SAVEE = {
    "a": "angry", "d": "disgust", "f": "fear", "h": "happy", "n": "neutral",
    "sa": "sad", "su": "surprise",
}  # fmt: skip
# Christop 2024: speaker_emotion_sentence.
_NEMO = {
    "anger": "angry", "fear": "fear", "happiness": "happy",
    "neutral": "neutral", "sadness": "sad", "surprised": "surprise",
}  # fmt: skip


def _ravdess(found: re.Match[str], _folder: Path) -> Named:
    return Named(_RAVDESS[found["emotion"]], f"rav{found['actor']}")


def _tess(found: re.Match[str], _folder: Path) -> Named:
    # One file is published as OA_bite_neutral.
    return Named(_TESS[found["emotion"].lower()], "YAF" if found["who"] == "YAF" else "OAF")


def _crema_d(found: re.Match[str], _folder: Path) -> Named:
    return Named(_CREMA_D[found["emotion"]], f"cre{found['actor']}")


def _emodb(found: re.Match[str], _folder: Path) -> Named:
    return Named(_EMODB[found["emotion"]], f"emo{found['speaker']}")


def _savee(found: re.Match[str], _folder: Path) -> Named:
    return Named(_SAVEE[found["emotion"]], f"sav{found['speaker']}")


def _nemo(found: re.Match[str], _folder: Path) -> Named:
    return Named(_NEMO[found["emotion"]], f"nemo_{found['speaker']}")


RAVDESS = Scheme(
    "ravdess",
    "Actor_12/03-01-06-01-02-01-12.wav",
    re.compile(r"(?:^|/)0[13]-0[12]-(?P<emotion>\d\d)-0[12]-0[12]-0[12]-(?P<actor>[01]\d|2[0-4])$"),
    _ravdess,
)
TESS = Scheme(
    "tess",
    "OAF_angry/OAF_back_angry.wav",
    re.compile(r"(?:^|/)(?P<who>OAF?|YAF)_[a-z]+_(?P<emotion>[A-Za-z]+)$"),
    _tess,
)
CREMA_D = Scheme(
    "crema_d",
    "AudioWAV/1001_DFA_ANG_XX.wav",
    # One file is published with the intensity X.
    re.compile(r"(?:^|/)(?P<actor>1\d{3})_[A-Z]{3}_(?P<emotion>[A-Z]{3})_(?:LO|MD|HI|XX?)$"),
    _crema_d,
)
EMODB = Scheme(
    "emodb",
    "wav/03a01Fa.wav",
    re.compile(r"(?:^|/)(?P<speaker>\d\d)[ab]\d\d(?P<emotion>[A-Z])[a-f]?$"),
    _emodb,
)
SAVEE = Scheme(
    "savee",
    "DC/a01.wav or DC_a01.wav",
    re.compile(r"(?:^|/)(?P<speaker>DC|JE|JK|KL)[/_](?P<emotion>[a-z]{1,2})\d\d$"),
    _savee,
)
NEMO = Scheme(
    "nemo",
    "EB0_anger_1.wav",
    re.compile(r"(?:^|/)(?P<speaker>[A-Z]{2}\d)_(?P<emotion>[a-z]+)_\d+$"),
    _nemo,
)
