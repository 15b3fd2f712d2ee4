"""``distressd tune prompt``: which continuation and which adjectives suit a language model.

Continuations are ours first and then the model's own proposals. Each is scored by the area under
the curve on topics that were left out when its adjectives were chosen. Scores go into a history as
they are found, so that a search that was stopped goes on where it was.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.model_selection import GroupKFold

from models.errors import ModelError
from models.evaluation.measures import auc
from models.evaluation.sentences import Sentence
from models.language.adjectives import CONTINUATIONS, WORDS
from models.language.calls import calls
from models.language.feeling import Feeling, contrast
from models.language.recipe import Recipe
from models.language.vote import Vote
from models.training.words import regression
from models.training.written import written

Float = NDArray[np.float32]

FOLDS: Final = 5
CHOSEN: Final = 12  # words on either side
OURS: Final = (
    *CONTINUATIONS,
    '" The speaker feels',
    '" The situation is',
    '" The tone of voice is',
    '" The person who said it is',
)
_ASKED: Final = (
    "Different ways to begin a sentence about how somebody feels who was heard speaking:\n"
    "- The speaker sounds\n- The speaker feels\n- The tone of voice is\n-"
)
_PROPOSAL: Final = 'root ::= " " [A-Z] [a-z]{2,10} (" " [a-z]{1,9}){1,5} "\\n"\n'
_TOKENS: Final = 16


def developed_on(count: int) -> list[Sentence]:
    """At most ``count`` sentences to learn from, of every topic."""
    sentences = written()
    return sentences[:: max(1, round(len(sentences) / count))]


@dataclass(frozen=True, slots=True)
class Score:
    """One continuation: how well its words tell, and which they are."""

    continuation: str
    auc: float
    distressed: tuple[str, ...]
    at_ease: tuple[str, ...]


def propose(llama: Any, seed: int) -> str:
    """A continuation of the model's own, under a grammar that allows a few plain words."""
    from llama_cpp.llama_grammar import LlamaGrammar

    written = llama.create_completion(
        llama.tokenize(_ASKED.encode(), add_bos=True),
        max_tokens=_TOKENS,
        temperature=1.0,
        seed=seed,
        grammar=LlamaGrammar.from_string(_PROPOSAL, verbose=False),
    )
    return f'" {" ".join(str(written["choices"][0]["text"]).split())}'


def assess(continuation: str, felt: Float, sentences: Sequence[Sentence]) -> Score:
    """Score ``felt``, (n, words), the log-probabilities after ``continuation``.

    Words are chosen on the other topics of each fold; those told are chosen on all.
    """
    truth = np.array([one.distress for one in sentences])
    topics = np.array([one.topic for one in sentences])
    held_out = np.zeros(len(truth))
    for known, held in GroupKFold(FOLDS).split(felt, truth, topics):
        speak_for, against = _words(felt[known], truth[known])
        difference = felt[:, speak_for].mean(axis=1) - felt[:, against].mean(axis=1)
        # Folds with other words have other scales.
        held_out[held] = (difference[held] - difference[known].mean()) / difference[known].std()
    speak_for, against = _words(felt, truth)
    return Score(
        continuation,
        round(auc(truth, held_out) or 0.5, 4),
        tuple(WORDS[i] for i in speak_for),
        tuple(WORDS[i] for i in against),
    )


def _words(felt: Float, truth: NDArray[np.bool_]) -> tuple[list[int], list[int]]:
    """Which words rise most with distress beside all others, and which fall."""
    beside = felt - felt.mean(axis=1, keepdims=True)
    ranks = rankdata(beside, axis=0)
    apart = ranks[truth].mean(axis=0) - ranks[~truth].mean(axis=0)
    order = np.argsort(apart)
    return [int(i) for i in order[::-1][:CHOSEN]], [int(i) for i in order[:CHOSEN]]


def _asked(sentences: Sequence[Sentence], files: Sequence[Path]) -> str:
    """Who was asked about what, in 64 characters.

    Raises:
        ModelError: a file cannot be read.
    """
    asked = hashlib.sha256(json.dumps([asdict(one) for one in sentences]).encode())
    for path in files:
        try:
            with path.open("rb") as file:
                asked.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise ModelError(f"Cannot read {path}: {error.strerror}.") from error
    return asked.hexdigest()


class Search:
    """Scores continuations one by one, and remembers them.

    Args:
        llama: from ``open_gguf``.
        sentences: to develop on; the test topics are never among them.
        history: a file of JSON lines; what it has of these sentences and files is not scored again,
            and what it has of others stays for them.
        files: of the model: itself, and its adapter where it has one.

    Raises:
        ModelError: the history, or a file of the model, cannot be read.
    """

    def __init__(
        self,
        llama: Any,
        sentences: Sequence[Sentence],
        history: Path,
        files: Sequence[Path] = (),
    ) -> None:
        self._llama = llama
        self._sentences = sentences
        self._history = history
        self._asked = _asked(sentences, files)
        self.scores: dict[str, Score] = {}
        if history.exists():
            try:
                self._remember()
            except (OSError, ValueError, TypeError, AttributeError) as error:
                raise ModelError(
                    f"The history {history} cannot be read ({error}).", "Remove it to begin anew."
                ) from error

    def _remember(self) -> None:
        """Take the history in, without a line that was being written at a kill."""
        kept = self._history.read_bytes()
        whole = kept[: kept.rfind(b"\n") + 1]
        if len(whole) < len(kept):
            os.truncate(self._history, len(whole))
        for line in whole.decode().splitlines():
            told = json.loads(line)
            if told.pop("asked", None) == self._asked:
                score = Score(**told)
                self.scores[score.continuation] = score

    def run(self, proposals: int, told: Callable[[Score], None]) -> Score:
        """Score ours and as many of the model's own; the best of all."""
        for continuation in self._candidates(proposals):
            if continuation in self.scores:
                continue
            score = assess(continuation, self.felt(continuation), self._sentences)
            self.scores[continuation] = score
            with self._history.open("a", encoding="utf-8") as file:
                told_of = {"asked": self._asked, **asdict(score)}
                file.write(f"{json.dumps(told_of)}\n")
            told(score)
        return max(self.scores.values(), key=lambda one: one.auc)

    def _candidates(self, proposals: int) -> Iterator[str]:
        yield from OURS
        for seed in range(proposals):
            yield propose(self._llama, seed)

    def felt(self, continuation: str) -> Float:
        """What the model expects after each sentence, (n, words)."""
        feeling = Feeling(self._llama, [continuation])
        return np.stack([feeling(one.text) for one in self._sentences])

    def recipe(self, best: Score, model: str) -> Recipe:
        """Calibrate ``best`` for the file named ``model``.

        Beside the embedding, a feeling of some log-odds has the weight that the shipped vote gives
        to the registered model's.
        """
        felt = self.felt(best.continuation)
        contrasts = np.array([contrast(one, best.distressed, best.at_ease) for one in felt])
        called = np.array([calls(one.text) for one in self._sentences], float)
        truth = np.array([one.distress for one in self._sentences])
        slope, call, offset = regression(np.stack([contrasts, called], axis=1), truth)
        shipped = Vote.load().slopes
        lean, feeling, called_too, base = shipped["both"]
        share = feeling / shipped["feeling"][0]
        both = (lean, share * slope, called_too, base + share * (offset - shipped["feeling"][-1]))
        return Recipe(
            model,
            best.continuation,
            best.distressed,
            best.at_ease,
            (slope, call, offset),
            both,
            best.auc,
        )
