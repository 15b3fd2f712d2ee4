"""``distressd evaluate --suite fusion``: scenes with words, and hours without any."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from numpy.typing import NDArray
from tqdm import tqdm

from models.data.splits import Fold
from models.evaluation.scenes.script import Amount, Scene, write
from models.evaluation.scenes.suite import found_in
from models.evaluation.sentences import Sentence, read_sentences
from models.evaluation.spoken.figures import HeardWords, figures
from models.evaluation.spoken.silence import HOURS, speechless_streams

# So many that sound alone raises twenty false alarms where a warning begins as configured.
FULL: Final = Amount(2.0, {"scream": 14, "help": 8, "fear": 8, "anger": 8, "shout": 4})
QUICK: Final = Amount(0.2, {"scream": 2, "help": 1, "fear": 1, "anger": 1, "shout": 1})
QUICK_HOURS: Final = 0.2

Part = Literal["all", "scenes", "speechless"]
Listen = Callable[[Sequence[Scene], Sequence[Sentence]], Iterator[HeardWords]]
"""Hears scenes with words, as the daemon would."""
Stream = NDArray[Any]
Invent = Callable[[Stream], tuple[int, int]]
"""Alerts that words made of a stream without any, and transcripts that were believed."""


def measure(
    data: Path,
    fold: Fold,
    listen: Listen,
    invent: Invent,
    configured: float,
    *,
    quick: bool,
    part: Part = "all",
) -> dict[str, Any]:
    """The suite's figures.

    Args:
        data: the data root.
        fold: development sounds with tuning sentences, or test sounds with test sentences.
        listen: the daemon's hearing.
        invent: likewise, where nobody speaks.
        configured: the threshold of a warning that the daemon runs with.
        quick: a tenth of the scenes, a tenth of the hours.
        part: which half to do.

    Raises:
        DataError: the corpora or espeak-ng are missing.
    """
    told: dict[str, Any] = {"fold": fold}
    if part != "speechless":
        scenes = list(write(found_in(data, fold), fold, QUICK if quick else FULL))
        sentences = read_sentences("test" if fold == "test" else "tune")
        told = figures(list(listen(scenes, sentences)), configured) | told
    if part != "scenes":
        told |= _speechless(data, invent, QUICK_HOURS if quick else HOURS)
    return told


def _speechless(data: Path, invent: Invent, hours: float) -> dict[str, Any]:
    alerts = believed = 0
    streams = tqdm(speechless_streams(data, hours), total=round(hours * 6), desc="no words")
    for stream in streams:
        made, transcripts = invent(stream)
        alerts, believed = alerts + made, believed + transcripts
    return {
        "hallucinated_alerts": alerts,
        "speechless": {"hours": hours, "believed_transcripts": believed},
    }
