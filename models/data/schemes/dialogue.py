"""IEMOCAP: dyadic dialogue, its labels in the evaluation files of each session."""

import functools
import re
from pathlib import Path

from models.data.schemes.scheme import Named, Scheme
from models.errors import DataError

# Busso et al. 2008; "xxx" is no agreement among the annotators.
_EMOTIONS = {
    "ang": "angry", "hap": "happy", "exc": "excited", "sad": "sad", "neu": "neutral",
    "fru": "frustrated", "fea": "fear", "sur": "surprise", "dis": "disgust",
    "oth": "other", "xxx": "other",
}  # fmt: skip
# "[6.2901 - 8.2357]	Ses01F_impro01_F000	neu	[2.5000, 2.5000, 2.5000]"
_TURN = re.compile(r"^\[[\d.]+ - [\d.]+\]\t(?P<turn>\S+)\t(?P<emotion>[a-z]{3})\t", re.MULTILINE)


@functools.lru_cache(maxsize=256)
def _turns(evaluation: Path) -> dict[str, str]:
    try:
        text = evaluation.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"{evaluation} cannot be read ({error.strerror}); it holds IEMOCAP's labels.",
            "Unpack the corpus whole: sentences/wav and dialog/EmoEvaluation of each session.",
        ) from error
    return {found["turn"]: found["emotion"] for found in _TURN.finditer(text)}


def _iemocap(found: re.Match[str], folder: Path) -> Named:
    session, dialogue, turn = found["session"], found["dialogue"], found["turn"]
    evaluation = folder / f"Session{session}" / "dialog" / "EmoEvaluation" / f"{dialogue}.txt"
    # Two people share a session's recordings, and each is heard behind the other.
    return Named(_EMOTIONS[_turns(evaluation)[turn]], f"iem_session{session}")


IEMOCAP = Scheme(
    "iemocap",
    "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav",
    re.compile(
        r"Session(?P<session>[1-5])/sentences/wav/"
        r"(?P<dialogue>Ses0\d[FM]_(?:impro|script)\w+)/(?P<turn>(?P=dialogue)_[FM](?:\d{3}|XX\d))$"
    ),
    _iemocap,
)
