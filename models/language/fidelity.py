"""Whether a sentence that a language model wrote about a quotation may be told.

A small model goes on as it likes: after "Help, somebody!" the speaker "is not able to help". What
can be checked in the words alone is checked here: what is denied, and who it is about.
"""

import re
from typing import Final

_ADDED: Final = re.compile(r",|\s+(?:and|but)\s", re.IGNORECASE)
_DENIED: Final = re.compile(
    r"\b(?:not|never|no|cannot|unable|without|\w+n't)"
    r"(?:\s+(?:to|be|been|being|able|going|a|the|ever))*\s+(\w{1,5})",
    re.IGNORECASE,
)
_OF_THE_SPEAKER: Final = re.compile(r"\W*(?:they|the speaker)\b", re.IGNORECASE)
_OF_THEIRS: Final = re.compile(r"\W*their\b", re.IGNORECASE)
_I: Final = re.compile(r"\b(?:i|we)\b", re.IGNORECASE)
_MY: Final = re.compile(r"\b(?:i|we|my|our)\b", re.IGNORECASE)
_ADDRESSED: Final = re.compile(r"\b(?:i|me|my|we|us|our|you|your)\b", re.IGNORECASE)


def main_clause(told: str) -> str:
    """``told`` without what was added to it: there a small model invents most."""
    return _ADDED.split(told.removesuffix("."))[0].strip()


def borne_out(told: str, said: str) -> bool:
    """Whether it denies the same, and tells of the speaker only what "I" is said to do.

    Args:
        told: how "the speaker says that" was gone on with.
        said: the quotation.
    """
    if _denied(told) != _denied(said) or _ADDRESSED.search(told):
        return False
    if _OF_THE_SPEAKER.match(told):
        return _I.search(said) is not None
    return not _OF_THEIRS.match(told) or _MY.search(said) is not None


def _denied(text: str) -> set[str]:
    """The beginnings of the words that are denied: "can't breathe" is "unable to breathe"."""
    return {word.lower() for word in _DENIED.findall(text)}
