"""Which category a piece of text is nearest to in meaning.

A model of 135 million parameters cannot name a category; the embedding of a few sentences for
each does.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.language.explanation import Category

Float = NDArray[np.float32]

NEAREST: Final = 2  # sentences of a category that count
SENTENCES: Final[dict[Category, tuple[str, ...]]] = {
    "fear": (
        "I'm so scared.", "I am terrified, please don't leave me.", "There is someone outside.",
        "Someone is in the house, hide.", "I'm afraid he is coming back.", "What was that noise?",
    ),
    "pain": (
        "It hurts so much.", "The pain is unbearable.", "Ow, my leg, my leg.",
        "My stomach hurts terribly.", "Stop, that hurts.", "I burned my hand.",
    ),
    "threat": (
        "I'm going to kill you.", "He has a knife.", "Don't hit me, please.", "Let go of me.",
        "Get away from me, don't touch me.", "He is hurting me.", "Put the gun down.",
    ),
    "medical": (
        "Call an ambulance.", "He isn't breathing.", "She is unconscious.", "I can't breathe.",
        "I think it's a heart attack.", "There is so much blood.", "He is having a seizure.",
    ),
    "call_for_help": (
        "Help!", "Help me, please, somebody help me.", "I've fallen and can't get up.",
        "Save me.", "I'm trapped, get me out.", "Fire, get out!", "Somebody call the police.",
    ),
    "crying": (
        "I can't stop crying.", "I don't want to live any more.", "He is dead, he is gone.",
        "I'm so alone and so sad.", "I can't go on like this.", "Nobody would miss me.",
    ),
    "argument": (
        "Shut up, I hate you.", "You always lie to me.", "Don't you dare talk to me like that.",
        "I'm sick of you.", "How could you do this to me?", "Stop shouting at me.",
    ),
    "none": (
        "Dinner is ready.", "See you tomorrow.", "What a lovely day.", "That is so funny.",
        "Let's watch the game.", "Can you help me with my homework?", "The meeting is at ten.",
    ),
}  # fmt: skip


class Prototypes:
    """Compares embeddings with those of the sentences.

    Args:
        embed: text to a vector of length 1.
    """

    def __init__(self, embed: Callable[[str], Float]) -> None:
        self._vectors = {
            category: np.stack([embed(text) for text in texts])
            for category, texts in SENTENCES.items()
        }

    def __call__(self, embedding: Float, *, distress: bool) -> Category:
        """The nearest category, ``none`` only where there is no ``distress``."""

        def nearness(category: Category) -> float:
            return float(np.sort(self._vectors[category] @ embedding)[-NEAREST:].mean())

        named: list[Category] = [c for c in self._vectors if c != "none"]
        return max(named, key=nearness) if distress else "none"
