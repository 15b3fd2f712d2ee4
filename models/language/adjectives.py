"""The words whose probability is looked at, and the continuations in which they stand."""

from typing import Final

BEFORE: Final = 'Someone said: "'
SOUNDS: Final = '" The speaker sounds'
CONTINUATIONS: Final = (SOUNDS, '" This is')
DISTRESSED: Final = (
    "scared", "terrified", "desperate", "hurt", "frightened", "distressed",
    "afraid", "threatened", "helpless", "injured", "panic",
)  # fmt: skip
AT_EASE: Final = (
    "calm", "happy", "relaxed", "cheerful", "bored", "excited",
    "casual", "friendly", "content", "pleased", "amused", "confident",
)  # fmt: skip
WORDS: Final = tuple(
    """
    scared terrified desperate hurt frightened distressed afraid threatened helpless injured panic
    angry furious upset worried anxious sad alarmed shocked crying screaming sobbing begging dying
    trapped sick pain danger trouble dangerous urgent serious emergency attacked abused victim
    violent aggressive threatening calm happy relaxed cheerful bored excited casual friendly content
    pleased amused confident joking playful funny laughing fun normal ordinary interested curious
    polite surprised proud enthusiastic tired annoyed frustrated sarcastic singing humorous
    informative neutral professional kind safe fine okay talking telling describing asking
    explaining discussing news story game joke song movie sport recipe good nice great bad terrible
    horrible wrong lost alone hopeless suicidal grief dead bleeding fighting shouting yelling
    pleading whispering hysterical tense nervous concerned
    """.split()  # noqa: SIM905 - as words, they can be read
)
"""How people sound, and what a situation may be: both may go on either continuation."""
