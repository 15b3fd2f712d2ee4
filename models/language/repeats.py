"""Who is in distress says the same again and again; the models know sentences that are said once.

"Help me!" six times in a row is like no sentence that they were calibrated on, and seems half as
alarming as one. So what was said before is not read again, and a phrase that comes round and
round is read once, too.
"""

from collections.abc import Iterable
from typing import Final

from models.language.calls import calls
from models.language.doubts import plain

ROUNDS: Final = 3  # "no, no" is how people talk, and the readers know it
LONGEST_ROUND: Final = 8  # words


def without_repeats(sentences: Iterable[str]) -> list[str]:
    """Each of ``sentences`` once, case and marks aside, where it was said first.

    Of several forms the first that is an exclamation stands for all.
    """
    found: dict[str, str] = {}
    for number, sentence in enumerate(sentences):
        key = plain(sentence) or f"#{number}"  # what has no words is no repetition
        kept = found.setdefault(key, sentence)
        if sentence.endswith("!") and not kept.endswith("!"):
            found[key] = sentence
    return list(found.values())


def one_round(sentence: str) -> str | None:
    """What goes round and round in ``sentence``, said once; None where nothing does.

    Only where there is nothing else in it, or a call is among it: in talk and in songs a
    repetition is part of what is said.
    """
    words = sentence.split()
    kept: list[str] = []
    at = 0
    while at < len(words):
        size, rounds = _rounds(words, at)
        at += size * rounds
        kept += words[at - size : at]  # the last round has the marks of the end
    if len(kept) == len(words):
        return None
    said = " ".join(kept)
    alone = plain(sentence).split() == plain(said).split() * (len(words) // len(kept))
    return said if alone or calls(said) else None


def _rounds(words: list[str], at: int) -> tuple[int, int]:
    """How long the phrase at ``at`` is that is said three times or more, and how often; else 1."""
    for size in range(1, min(LONGEST_ROUND, (len(words) - at) // ROUNDS) + 1):
        phrase = [plain(word) for word in words[at : at + size]]
        rounds = 1
        while [
            plain(word) for word in words[at + size * rounds : at + size * (rounds + 1)]
        ] == phrase:
            rounds += 1
        if rounds >= ROUNDS and any(phrase):
            return size, rounds
    return 1, 1
