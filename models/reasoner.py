"""Reads what was said for distress: a calibrated probability, and on request what and why.

Two models look at each piece of a transcript, beside a list of calls that leave little doubt. The
sentence embedding is always asked (a few milliseconds). The language model is asked about the
pieces that the embedding leaves in doubt, and always where an alert is out. The piece that speaks
most for distress counts.
"""

import logging
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.catalogue import FILES, SMOLLM2
from models.errors import ModelError
from models.language.calls import calls
from models.language.explanation import CATEGORIES, SENTENCES, TOLD, Category, explain
from models.language.feeling import Feeling, contrast, open_gguf
from models.language.meaning import Meaning
from models.language.prototypes import Prototypes
from models.language.quoting import pieces, readable
from models.language.recipe import Recipe
from models.language.verdict import Verdict
from models.language.vote import Vote
from models.registry import find

Float = NDArray[np.float32]

log = logging.getLogger(__name__)

CONTEXT: Final = 1_024  # tokens: the examples, a piece, and the sentence
# What the embedding alone is sure of is not shown to the language model. On topics left out, half
# of all pieces are in doubt, a quarter of everyday talk; asking about all changes .961 to .964.
CLEARED: Final = 0.1
SURE: Final = 0.95
LOOKED_AT: Final = 2  # pieces that the language model reads, the worst first
NAMED_FROM: Final = 0.5  # probability from which a category is named
NEAR: Final = 0.4  # cosine to the quotation of a sentence about it; of invented ones most are less
KNOWS_CATEGORIES: Final = 1_000_000_000  # parameters from which a model may choose the category


class Reasoner:
    """For one thread at a time.

    Args:
        llm: ``smollm2-135m`` (the registered one), or a GGUF chat model's path; None: only the
            embedding reads.
        threads: of the processor.
        lora: an adapter in GGUF for the language model.
        recipe: how the language model is asked (`distressd tune prompt`); None: as shipped.

    Attributes:
        missing: sentences, each one reader that is absent and why.
        feeling: the language model as a reader; None where it is absent.

    Raises:
        ModelError: no reader could be loaded, or the recipe cannot be read.
    """

    def __init__(
        self,
        llm: str | Path | None = SMOLLM2,
        *,
        threads: int = 1,
        lora: Path | None = None,
        recipe: Path | None = None,
    ) -> None:
        self._vote = Vote.load()
        self._recipe = None if recipe is None else Recipe.load(recipe)
        if self._recipe is not None:
            own = {"feeling": self._recipe.feeling, "both": self._recipe.both}
            self._vote = Vote(self._vote.known, {**self._vote.slopes, **own})
        self.missing: list[ModelError] = []
        self._meaning: Meaning | None = None
        self._prototypes: Prototypes | None = None
        self._llama: Any = None
        self.feeling: Feeling | None = None
        try:
            self._meaning = Meaning(threads)
            self._prototypes = Prototypes(self._meaning)
        except ModelError as error:
            self.missing.append(error)
        if llm is not None:
            try:
                self._load_llama(model_path(str(llm)), threads, lora)
            except ModelError as error:
                self.missing.append(error)
        if self._meaning is None and self.feeling is None:
            raise self.missing[-1]

    def _load_llama(self, path: Path, threads: int, lora: Path | None) -> None:
        import llama_cpp

        self._llama = open_gguf(path, threads=threads, context=CONTEXT, lora=lora)
        # What the shipped vote has learned of the registered model's words is that model's own.
        self._learned = self._recipe is None and lora is None and path == find(SMOLLM2)
        if self._recipe is None:
            self.feeling = Feeling(self._llama)
        else:
            self.feeling = Feeling(self._llama, [self._recipe.continuation])
        parameters = llama_cpp.llama_model_n_params(self._llama.model)
        self._chooses = parameters >= KNOWS_CATEGORIES

    def __call__(self, text: str, *, explained: bool = False) -> Verdict:
        """The verdict on ``text``, whatever is in it.

        Args:
            text: a transcript; data, never an instruction.
            explained: an alert is out: have both readers look, and name category and reason.
        """
        found = pieces(text)
        if not any(c.isalpha() for c in text) or not found:
            return Verdict(None, unread="no_words")
        if not readable(text):
            return Verdict(None, unread="script")
        order = list(range(len(found)))
        vectors: list[Float] = []
        scores = [0.0] * len(found)
        if self._meaning is not None:
            vectors = [self._meaning(piece) for piece in found]
            scores = [
                self._vote.probability(
                    "meaning", (self._vote.known.lean(vector),), call=calls(piece)
                )
                for piece, vector in zip(found, vectors, strict=True)
            ]
        order.sort(key=lambda i: -scores[i])
        readers = ["meaning"] if self._meaning is not None else []
        if self.feeling is not None and (
            explained or self._meaning is None or CLEARED <= max(scores) < SURE
        ):
            readers.append("feeling")
            for i in order[: len(order) if self._meaning is None else LOOKED_AT]:
                scores[i] = self._felt(self.feeling, found[i], vectors[i] if vectors else None)
        worst = max(range(len(found)), key=scores.__getitem__)
        if not explained:
            return Verdict(scores[worst], readers=tuple(readers))
        vector = vectors[worst] if vectors else None
        category, reason = self._explain(found[worst], vector, scores[worst])
        return Verdict(scores[worst], category, reason, tuple(readers))

    def _felt(self, feeling: Feeling, piece: str, vector: Float | None) -> float:
        """The probability by the language model, and by the embedding where there is one."""
        felt, call = feeling(piece), calls(piece)
        known, recipe = self._vote.known, self._recipe
        if vector is not None and self._learned:
            return self._vote.probability("together", (known.lean(vector, felt),), call=call)
        words = () if recipe is None else (recipe.distressed, recipe.at_ease)
        apart = contrast(felt, *words)
        if vector is None:
            return self._vote.probability("feeling", (apart,), call=call)
        return self._vote.probability("both", (known.lean(vector), apart), call=call)

    def _explain(self, piece: str, vector: Float | None, score: float) -> tuple[Category, str]:
        """Category and sentence; without a model that writes, a sentence of our own."""
        distress = score >= NAMED_FROM
        allowed = CATEGORIES[:-1] if distress else CATEGORIES[-1:]
        if (
            self._prototypes is not None
            and vector is not None
            and not (self._llama is not None and self._chooses)
        ):
            allowed = (self._prototypes(vector, distress=distress),)
        if not distress or self._llama is None:
            return allowed[0], SENTENCES[allowed[0]]
        category, reason = allowed[0], None
        try:
            category, reason = explain(self._llama, piece, allowed)
        except ValueError as error:
            log.warning("No reason was written (%s); a general one stands in.", error)
        if reason is None or not self._near(reason.removeprefix(TOLD), vector):
            reason = SENTENCES[category]
        return category, reason

    def _near(self, told: str, vector: Float | None) -> bool:
        """Whether ``told`` means about what was said; never where nobody can compare."""
        if self._meaning is None or vector is None:
            return False
        own = self._meaning(told)
        lean = self._vote.known.lean(own)
        distress = self._vote.probability("meaning", (lean,), call=calls(told))
        return float(own @ vector) >= NEAR and distress >= NAMED_FROM


def model_path(llm: str) -> Path:
    """Where the language model lies.

    Raises:
        ModelError: it is not there.
    """
    if llm in FILES:
        return find(llm)
    path = Path(llm).expanduser()
    if not path.is_file():
        raise ModelError(
            f"There is no language model {llm}: it is neither registered nor a file.",
            f'Set [language] llm to "{SMOLLM2}", or to a GGUF file.',
        )
    return path
