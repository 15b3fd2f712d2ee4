"""Everything that decides what a listener becomes; it is saved inside the weights."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from models.errors import ModelError
from models.features.gain import GainSettings
from models.features.gate import GateSettings
from models.training.mixtures import MixtureSettings

_CLOSED = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_CLOSED)
class Shape:
    """Sizes of the network, and its dropout."""

    channels: int = 96
    memory: int = 144
    inner: int = 96
    dropout: float = 0.2


@dataclass(frozen=True, config=_CLOSED)
class ListenerRecipe:
    """The settings of a recipe file are any of these; what it leaves out is as here.

    Attributes:
        seed: of mixtures, of the network's beginning and of the order of learning.
        mixtures: how many streams are made of each clip, by corpus; none where it is not named.
        share: of an epoch that each verdict gets, spread over corpora by the root of their sizes.
        per_epoch: stretches drawn for an epoch.
        batch: stretches a step.
        learning_rate: the highest of the schedule.
        weight_decay: AdamW's.
        clip_norm: of the gradient.
        emotion_loss: weight of the loss over emotions; that over outcomes has 1.
        score_loss: weight of the loss over YAMNet's scores.
        embedded: share of stretches that are learned with YAMNet's embedding.
        level_spread: standard deviation of an error of the gain, in nepers.
        bands: most bands that are masked at a time, twice.
        frames: most frames that are masked at a time, up to twice.
    """

    seed: int = 1
    mixtures: dict[str, int] = field(
        default_factory=lambda: {
            "ravdess": 4, "nemo": 1, "tess": 3, "emospeech_in": 2, "debian_voices": 5,
            "donateacry": 2, "esc10": 4, "us8k": 2, "music": 12, "librispeech": 4,
        }
    )  # fmt: skip
    share: dict[str, float] = field(
        default_factory=lambda: {
            "distress": 0.42, "not_distress": 0.46, "infant": 0.05, "apart": 0.07,
        }
    )  # fmt: skip
    epochs: int = 30
    per_epoch: int = 4_000
    batch: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    clip_norm: float = 1.0
    emotion_loss: float = 0.6
    score_loss: float = 0.5
    embedded: float = 0.6
    level_spread: float = 0.35
    bands: int = 10
    frames: int = 20
    shape: Shape = field(default_factory=Shape)
    mixture: MixtureSettings = field(default_factory=MixtureSettings)
    gate: GateSettings = field(default_factory=GateSettings)
    gain: GainSettings = field(default_factory=GainSettings)


def listener_recipe(settings: Mapping[str, Any], path: Path) -> ListenerRecipe:
    """The recipe with the ``settings`` of the file at ``path``.

    Raises:
        ModelError: names every setting that is wrong.
    """
    try:
        return TypeAdapter(ListenerRecipe).validate_python(dict(settings))
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        )
        raise ModelError(
            f"{path} is no recipe of a listener: {wrong}.",
            "Correct its settings; those that are left out are the defaults.",
        ) from error
