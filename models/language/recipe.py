"""How one language model is asked, and what its answers are worth: a file of its own.

The shipped vote knows what the registered model expects next. Any other model has its own sense of
words; `distressd tune prompt` finds a continuation and adjectives that suit it, and calibrates the
contrast between them.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from models.errors import ModelError
from models.language.adjectives import WORDS

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """For one model.

    Attributes:
        model: the file's name, for people.
        continuation: what stands after the quotation.
        distressed: words whose probability speaks for distress.
        at_ease: words whose probability speaks against it.
        feeling: slopes of the contrast and of calls, and the offset.
        both: slopes of the embedding, of the contrast and of calls, and the offset.
        auc: area under the curve on topics left out, by the contrast alone.
        version: of this file.
    """

    model: str
    continuation: str
    distressed: tuple[str, ...]
    at_ease: tuple[str, ...]
    feeling: tuple[float, ...]
    both: tuple[float, ...]
    auc: float
    version: int = VERSION

    def save(self, path: Path) -> None:
        """Write the file, for people to read."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Recipe":
        """From the file.

        Raises:
            ModelError: it is missing, no recipe, or of another version.
        """
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            found = cls(
                str(stored["model"]),
                str(stored["continuation"]),
                tuple(stored["distressed"]),
                tuple(stored["at_ease"]),
                tuple(map(float, stored["feeling"])),
                tuple(map(float, stored["both"])),
                float(stored["auc"]),
                stored["version"],
            )
            if not found._is_whole():
                raise ValueError("it is of another version, or names no words")  # noqa: TRY301
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(
                f"{path} is no recipe for asking a language model ({error}).",
                "Make one: distressd tune prompt; or leave out [language] recipe.",
            ) from error
        return found

    def _is_whole(self) -> bool:
        words = {*self.distressed, *self.at_ease}
        sizes = (len(self.feeling), len(self.both))
        return (
            self.version == VERSION
            and sizes == (3, 4)
            and words <= set(WORDS)
            and bool(self.continuation and self.distressed and self.at_ease)
        )
