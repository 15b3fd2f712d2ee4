"""One naming scheme: a pattern over a file's path, and what its parts mean."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from models.errors import DataError

AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif"})


@dataclass(frozen=True, slots=True)
class Named:
    """What a file's name says.

    Attributes:
        label: in the words of ``models.data.labels``.
        group: what must not cross a split: speaker, contributor or source recording.
        environment: emospeech_in's second label.
        keyword: the word that is spoken, where the corpus is one of words.
    """

    label: str
    group: str
    environment: str = ""
    keyword: str = ""


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one corpus names its files.

    Attributes:
        corpus: name of its folder under the data root.
        example: a name as published, shown where one does not follow the scheme.
        pattern: searched in the path below the folder, its extension removed.
        means: from the match and the corpus's folder (some keep labels in files beside).
    """

    corpus: str
    example: str
    pattern: re.Pattern[str]
    means: Callable[[re.Match[str], Path], Named]

    def parse(self, file: str, folder: Path = Path()) -> Named:
        """What the name of ``file`` (below ``folder``) says.

        Raises:
            DataError: if it does not follow the scheme.
        """
        path = PurePosixPath(file)
        found = self.pattern.search(str(path.with_suffix("")))
        try:
            if found is not None:
                return self.means(found, folder)
        except KeyError as error:
            raise self._refusal(file, f" ({error.args[0]!r} means nothing in it)") from error
        raise self._refusal(file, "")

    def _refusal(self, file: str, why: str) -> DataError:
        return DataError(
            f"{self.corpus}/{file} is not named as {self.corpus} names its files{why}.",
            f"A name looks like {self.example}; remove the file, or describe it in labels.csv.",
        )
