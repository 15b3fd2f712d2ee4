"""Everything that decides what a student becomes; it is saved beside the weights."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from models.errors import ModelError
from models.training.student.synthesised import Synthesised

_CLOSED = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_CLOSED)
class ViewSettings:
    """How windows are varied; levels in dB, shares in [0, 1].

    Attributes:
        bedded: share of windows with another recording in them.
        broken_off: share of those in which it ends before the clip begins.
        bed_snr_db: of what is learned over the other recording, for ordinary sounds.
        cry_snr_db: the same for distress and infants.
        before_snr_db: the same where the other recording ends before.
        alone: share of ordinary windows that hold nothing but what lies under them.
        noise_snr_db: over steady noise, which every window has.
        tilt_db: of the microphone, either way over the band.
        bump_db: standard deviation of a slow wave over the band.
        telephone: share that is heard between 300 and 3400 Hz.
        level_db: error of the level, either way.
        masked: share in which bands and frames are hidden.
        bands: most bands hidden at once, twice.
        frames: most frames hidden at once.
    """

    bedded: float = 0.7
    broken_off: float = 0.3
    bed_snr_db: tuple[float, float] = (-12.0, 28.0)
    cry_snr_db: tuple[float, float] = (-2.0, 28.0)
    before_snr_db: tuple[float, float] = (-12.0, 20.0)
    alone: float = 0.06
    noise_snr_db: tuple[float, float] = (4.0, 50.0)
    tilt_db: float = 7.0
    bump_db: float = 2.0
    telephone: float = 0.06
    level_db: float = 5.0
    masked: float = 0.6
    bands: int = 14
    frames: int = 14


@dataclass(frozen=True, config=_CLOSED)
class StudentRecipe:
    """The settings of a recipe file are any of these; what it leaves out is as here.

    Attributes:
        seed: of versions, what is synthesised, the heads' beginning and the order of learning.
        versions: how many are heard of each clip (as recorded; in a room; at another speed; both;
            and so on), by corpus.
        cries: versions of screams of games and infants, of which there are few.
        synthesised: how many of each kind (``synthesised.Synthesised``). A quarter of the screams'
            number decides how often they are drawn: they are more alike than recordings.
        share: of the windows that each kind gets; ``apart`` is asked for sounds and emotion only.
        steps: of learning.
        batch: windows a step.
        learning_rate: the highest of the schedule.
        weight_decay: AdamW's.
        clip_norm: of the gradient.
        emotion_loss: weight of the loss over emotions; that over kinds has 1.
        score_loss: weight of the loss over the teacher's scores, a sum over 521.
        smoothing: of the kinds' labels.
        kept: share of the running mean of the weights that each step keeps.
    """

    seed: int = 1
    versions: dict[str, int] = field(
        default_factory=lambda: {
            "ravdess": 4, "nemo": 2, "tess": 4, "emospeech_in": 4, "debian_voices": 4,
            "donateacry": 4, "esc10": 4, "us8k": 4, "music": 3, "librispeech": 2,
            "debian_games": 4, "debian_music": 2,
        }
    )  # fmt: skip
    cries: int = 8
    synthesised: dict[Synthesised, int] = field(
        default_factory=lambda: {
            Synthesised.SCREAM: 240, Synthesised.LAUGHTER: 200, Synthesised.TALK: 120,
            Synthesised.SONG: 100, Synthesised.SIGNAL: 60, Synthesised.INFANT: 100,
        }
    )  # fmt: skip
    share: dict[str, float] = field(
        default_factory=lambda: {
            "none": 0.42, "cry": 0.17, "anger": 0.13, "fear": 0.11, "infant": 0.07, "apart": 0.10,
        }
    )  # fmt: skip
    steps: int = 6_000
    batch: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 0.02
    clip_norm: float = 2.0
    emotion_loss: float = 0.3
    score_loss: float = 0.15
    smoothing: float = 0.02
    kept: float = 0.999
    view: ViewSettings = field(default_factory=ViewSettings)


def student_recipe(settings: Mapping[str, Any], path: Path) -> StudentRecipe:
    """The recipe with the ``settings`` of the file at ``path``.

    Raises:
        ModelError: names every setting that is wrong.
    """
    try:
        return TypeAdapter(StudentRecipe).validate_python(dict(settings))
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        )
        raise ModelError(
            f"{path} is no recipe of a student: {wrong}.",
            "Correct its settings; those that are left out are the defaults.",
        ) from error
