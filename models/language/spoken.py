"""The languages that Whisper may be told are spoken."""

from collections.abc import Container
from typing import Final

from models.errors import ModelError

ENGLISH: Final = "en"
WHISPERS: Final = frozenset(
    """
    af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he
    hi hr ht hu hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl
    nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz
    vi yi yo zh yue
    """.split()  # noqa: SIM905 - as words, they can be read
)


def english_only(whisper: str) -> bool:
    """Whether the name of a model says that it knows nothing but English."""
    return whisper.rstrip("/").endswith(".en")


def check_spoken(language: str, tokens: Container[str] | None, model: str) -> None:
    """Whether a model knows ``language``.

    Args:
        language: a code of Whisper's.
        tokens: the model's vocabulary; None where it knows English only.
        model: its name, for people.

    Raises:
        ModelError: it does not know it.
    """
    remedy = 'Set spoken = "" to have the language detected, or name another model.'
    if tokens is None and language != ENGLISH:
        raise ModelError(
            f'{model} knows English only, but [language] spoken = "{language}".',
            'Set spoken = "" (or "en"), or name a multilingual model in [language] whisper.',
        )
    if tokens is not None and f"<|{language}|>" not in tokens:
        raise ModelError(f'{model} does not know [language] spoken = "{language}".', remedy)
