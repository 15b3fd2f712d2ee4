"""A transcript is quoted data: it is cleaned, cut and put between quotation marks, nothing more.

Whoever speaks near the microphone writes this text, and may say "ignore your instructions". It
is tokenised without special tokens, so that nothing in it can end the quotation or change who
speaks; and it is read in pieces of which the worst counts, so that calm words cannot talk
others away.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from models.language.calls import calls
from models.language.repeats import one_round, without_repeats

PIECE: Final = 140  # characters
FRAGMENT: Final = 16  # characters: "Please." is read with its neighbour
LONGEST: Final = 4_000  # characters that are read: more than anybody says in 28 s
PIECES: Final = 32
# A mark of a chat template is nobody's word; what stands on either side of it is not one sentence.
_SENTENCE = re.compile(r"(?:(?<=[.!?…}\])])|(?<=[.!?…]'))\s+|\s*<\|[^<>|]{0,40}\|>\s*")
_QUOTES = str.maketrans({'"': "'", "“": "'", "”": "'", "„": "'", "«": "'", "»": "'", "`": "'"})
_LEAST_LATIN = 0.7  # of the letters, for models that read English


def clean(text: str) -> str:
    """Printable, in one line, without double quotation marks, at most 4,000 characters.

    Of a longer text the two ends are kept.
    """
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} {text[-LONGEST // 2 :]}"
    return printable(unicodedata.normalize("NFKC", text).translate(_QUOTES))


def printable(text: str) -> str:
    """In one line, without what steers a terminal or turns the direction of writing."""
    kept = (" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join("".join(kept).split())


def pieces(text: str) -> list[str]:
    """What is read of ``clean(text)``: sentence by sentence, none very long.

    Fragments are read with their neighbours. A short call stays apart from what is none: beside a
    long sentence it would be lost. Calls that are read together, and what is said three times
    within a sentence, are also there by themselves, after the piece that they are in. What comes
    again is read as if it were said once, and as it was said: whichever alarms more counts.

    At most 32 of them, from both ends.
    """
    said = list(filter(None, _SENTENCE.split(clean(text))))
    once = without_repeats(said)
    groups = _grouped(once) + (_grouped(said) if len(once) < len(said) else [])
    found = list(dict.fromkeys(piece for group in groups for piece in _readings(group)))
    if len(found) > PIECES:
        found = found[: PIECES // 2] + found[-PIECES // 2 :]
    return found


def _grouped(sentences: Sequence[str]) -> list[list[str]]:
    """Sentences that are read as one, in their order."""
    groups: list[list[str]] = []
    for sentence in sentences:
        if groups and _belong(" ".join(groups[-1]), sentence):
            groups[-1].append(sentence)
        else:
            groups.append([sentence])
    return groups


def _readings(group: list[str]) -> list[str]:
    """Sentences that belong together, and what in them counts by itself."""
    whole = " ".join(group)
    found = [whole[at : at + 2 * PIECE] for at in range(0, len(whole), 2 * PIECE)]
    parts = [*group, *filter(None, map(one_round, group))]
    alone = [part for part in parts if calls(part) or len(group) == 1]
    found += (one[: 2 * PIECE] for one in alone if one not in found)
    return list(dict.fromkeys(found))


def _belong(one: str, other: str) -> bool:
    """Whether two sentences are read as one: the shorter is a fragment, and no call of its own."""
    shorter, longer = sorted((one, other), key=len)
    whole = len(shorter) >= FRAGMENT or len(one) + len(other) >= PIECE
    return not whole and (calls(longer) or not calls(shorter))


def readable(text: str) -> bool:
    """Whether the letters are mostly of the Latin script, which the models were calibrated in."""
    letters = [c for c in text if c.isalpha()]
    latin = sum("LATIN" in unicodedata.name(c, "") for c in letters)
    return bool(letters) and latin >= _LEAST_LATIN * len(letters)
