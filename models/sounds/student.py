"""Sound events by the student, whose weights come along.

A MobileNetV3 of 0.8 million weights that began as EfficientAT's and learned YAMNet's scores, and
what is distress, in rooms and among other sounds (``models.training.student``).
"""

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from models.calibration import probability
from models.errors import ModelError
from models.features.constants import FRAME, HOP
from models.features.melpower import BANDS, FRAMES, MelWindow
from models.networks.stepper import softmax
from models.sounds.chatter import without_chatter
from models.sounds.groups import AROUND, DISTRESS_GROUPS, GROUPS
from models.whole import write_whole

Float = NDArray[np.float32]

SHIPPED = Path(__file__).parents[1] / "weights" / "student.tflite"
FORMAT = "distressd-student/1"
KINDS, EMOTIONS = 5, 8  # outputs before the scores
_NONE, _INFANT = 0, 4  # of the kinds; those between are distress
# What screams and cries score beyond this log-odds is counted on top of the kinds': they have
# heard few cries, and the teacher millions. Chosen on development mixtures.
CRIES_FROM = -5.0


@dataclass(frozen=True, slots=True)
class StudentWeights:
    """The network's file, and what stands beside it: ``classes``, ``calibration``, ``training``."""

    content: bytes
    metadata: dict[str, Any]
    sha256: str


def save(path: Path, content: bytes, metadata: dict[str, Any]) -> None:
    """Write the network, its metadata as JSON, and the hashes that pin both.

    The hashes come last: what is killed in between leaves a student that is refused.
    """
    about = path.with_suffix(".json")
    text = json.dumps({**metadata, "format": FORMAT}, sort_keys=True, indent=1) + "\n"
    parts = [(path, content), (about, text.encode())]
    lines = [f"{hashlib.sha256(data).hexdigest()}  {file.name}\n" for file, data in parts]
    for file, data in (*parts, (path.with_suffix(".sha256"), "".join(lines).encode())):
        write_whole(file, data)


def load(path: Path = SHIPPED) -> StudentWeights:
    """Read a student whose hashes are those beside it.

    Raises:
        ModelError: a file is missing, damaged, altered or of another version.
    """
    about, pin = path.with_suffix(".json"), path.with_suffix(".sha256")
    try:
        content, text, pinned = path.read_bytes(), about.read_bytes(), pin.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"The student's weights {path} cannot be read ({error}).",
                         "Reinstall distressd.") from error  # fmt: skip
    digests = [hashlib.sha256(data).hexdigest() for data in (content, text)]
    if [line.split()[0] for line in pinned.splitlines() if line.split()] != digests:
        raise ModelError(
            f"The student's weights {path} do not match their pinned hashes.",
            "They are damaged or were altered: reinstall distressd, or train them again.",
        )
    metadata = json.loads(text)
    if metadata.get("format") != FORMAT:
        raise ModelError(f"{path} is not of the format {FORMAT}.", "Train it with this version.")
    return StudentWeights(content, metadata, digests[0])


class Student:
    """Hears the last 0.96 s when it is asked to. One object, one thread.

    Args:
        weights: as ``load`` gives them.

    Attributes:
        hears_voices: fear and anger in speech are in ``distress``.
        grouped: (11,) the strongest score of each of GROUPS.
        around: (4,) the strongest score of each of AROUND.
        distress: calibrated probability of distress.
        infant: calibrated probability of an infant crying.
        log_odds: (2,) of distress and of an infant, before the calibration.
        scaling: weight and bias of the log-odds, by outcome: ``distress`` beside another network
            and ``alone``, ``infant``, and of both networks' log-odds, the ``pair``.

    Raises:
        ModelError: if the weights are of another network.
    """

    hears_voices = True

    def __init__(self, weights: StudentWeights) -> None:
        self.class_names: tuple[str, ...] = tuple(weights.metadata["classes"])
        calibration: dict[str, list[float]] = weights.metadata["calibration"]
        self.scaling = {name: (float(w), float(b)) for name, (w, b) in calibration.items()}
        try:
            with without_chatter():
                self._interpreter = Interpreter(model_content=weights.content, num_threads=1)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(
                f"The student's network cannot be loaded ({error}).", "Reinstall distressd."
            ) from error
        given, made = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        wanted = KINDS + EMOTIONS + len(self.class_names)
        if list(given[0]["shape"]) != [1, BANDS, FRAMES, 1] or made[0]["shape"][-1] != wanted:
            raise ModelError("The student's network is of another version.", "Reinstall distressd.")
        self._input, self._output = given[0]["index"], made[0]["index"]
        index = {name: position for position, name in enumerate(self.class_names)}
        groups = [[index[name] for name in names] for names in (*GROUPS.values(), *AROUND.values())]
        self._members = np.concatenate(groups)
        self._starts = np.cumsum([0, *map(len, groups[:-1])])
        self._cries = np.array([list(GROUPS).index(group) for group in DISTRESS_GROUPS])
        self._window = MelWindow()
        self._logits = np.zeros(wanted, np.float32)
        self._strongest = np.zeros(len(groups), np.float32)
        self.grouped, self.around = np.split(self._strongest, [len(GROUPS)])
        self.log_odds = np.zeros(2)
        self.distress = self.infant = 0.0

    def hear(self, samples: Float, hops: int) -> None:
        """Take in the last window.

        Args:
            samples: (15600,) float32 at 16 kHz, in [-1, 1].
            hops: how many of its hops are new since the last call; all of them at most.
        """
        new = hops * HOP + FRAME - HOP
        self._window.add(samples[len(samples) - new :])
        self.judge(self._window.heard())

    def judge(self, window: Float) -> None:
        """Take in a window, (96, 104), as ``features.melpower.as_heard`` makes it."""
        # Into the interpreter's own memory, to which nothing may point while it computes.
        self._interpreter.tensor(self._input)()[0, :, :, 0] = window.T
        self._interpreter.invoke()
        self._logits = logits = self._interpreter.get_tensor(self._output).ravel()
        kinds: list[float] = logits[:KINDS].tolist()
        strongest = np.maximum.reduceat(logits[KINDS + EMOTIONS :][self._members], self._starts)
        np.divide(1.0, 1.0 + np.exp(-strongest), out=self._strongest)
        distress = _together(kinds[_NONE + 1 : _INFANT]) - _together([kinds[_NONE], kinds[_INFANT]])
        distress += max(0.0, float(strongest[self._cries].max()) - CRIES_FROM)
        self.log_odds[:] = distress, kinds[_INFANT] - _together(kinds[:_INFANT])
        self.distress = probability(self.scaled("alone"))
        self.infant = probability(self.scaled("infant"))

    @property
    def posterior(self) -> Float:
        """Probabilities of the emotions, (8,)."""
        return softmax(self._logits[KINDS : KINDS + EMOTIONS])

    def scaled(self, outcome: str) -> float:
        """Log-odds of an outcome, calibrated by Platt's scaling.

        Args:
            outcome: ``distress`` beside another network, or heard ``alone``; or ``infant``.
        """
        weight, bias = self.scaling[outcome]
        return float(weight * self.log_odds[1 if outcome == "infant" else 0] + bias)

    def top(self, count: int = 3) -> tuple[tuple[str, float], ...]:
        """The strongest classes by name, strongest first."""
        logits = self._logits[KINDS + EMOTIONS :]
        order: list[int] = logits.argsort()[: -count - 1 : -1].tolist()
        return tuple((self.class_names[i], probability(logits.item(i))) for i in order)

    def forget(self) -> None:
        """What comes next does not follow what was heard."""
        self._window.forget()
        self.distress = self.infant = 0.0


def _together(logits: list[float]) -> float:
    """Logarithm of the sum of their exponentials, none of which overflows."""
    most = max(logits)
    return most + math.log(math.fsum(math.exp(one - most) for one in logits))
