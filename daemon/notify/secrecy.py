"""What of a channel's settings is nobody's business: an address or a topic may be a key."""

import re
from collections.abc import Iterable
from urllib.parse import unquote

_SHORTEST = 4  # a shorter piece is in every sentence
_ADDRESS = re.compile(r"\w+://[^\s'\"]+")
_PIECE = re.compile(r"[^\s:/?#@&=,\"']+")
_PUBLIC = re.compile(r"\d{,5}|127\.0\.0\.1|localhost")  # a port, a status; this machine


def pieces(*settings: str) -> frozenset[str]:
    """Every part of these addresses, names and words that may be secret."""
    found: set[str] = set()
    for setting in settings:
        told = setting.partition("://")[2] or setting
        found |= {each for form in (told, unquote(told)) for each in _PIECE.findall(form)}
    return frozenset(
        each for each in found if len(each) >= _SHORTEST and not _PUBLIC.fullmatch(each)
    )


def addresses(*words: str) -> list[str]:
    """The addresses that stand anywhere in ``words``, as in a line for a shell."""
    return [each for word in words for each in _ADDRESS.findall(word)]


def veiled(text: str, secret: Iterable[str]) -> str:
    """``text`` without the ``secret`` pieces, in whatever case they stand there."""
    longest_first = sorted(secret, key=len, reverse=True)
    if not longest_first:
        return text
    words = "|".join(map(re.escape, longest_first))
    return re.sub(rf"(?<!\w)(?:{words})(?!\w)", "[secret]", text, flags=re.IGNORECASE)
