"""Sound events by YAMNet: the last 0.975 s in, 521 AudioSet scores out.

YAMNet is Google's (Apache-2.0). The file holds the log-mel front end too, so it takes samples.
"""

import csv
import hashlib
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from models.errors import ModelError
from models.sounds.chatter import without_chatter
from models.sounds.groups import AROUND, GROUPS
from models.sounds.network import WINDOW

Float = NDArray[np.float32]


def read_class_names(path: Path) -> tuple[str, ...]:
    """The 521 display names of ``yamnet_class_map.csv``, in the order of the scores."""
    with path.open(newline="", encoding="utf-8") as lines:
        return tuple(row["display_name"] for row in csv.DictReader(lines))


class Yamnet:
    """One window at a time, on one thread.

    Args:
        model: ``yamnet_waveform15600.tflite``, its hash already verified.
        class_map: ``yamnet_class_map.csv``.

    Raises:
        ModelError: if the file is not the network that is expected.
    """

    def __init__(self, model: Path, class_map: Path) -> None:
        try:
            with without_chatter():
                self._interpreter = Interpreter(model_path=str(model), num_threads=1)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(
                f"{model.name} cannot be loaded ({error}).", "Run `distressd models pull yamnet`."
            ) from error
        given, made = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self.class_names = read_class_names(class_map)
        if given[0]["shape"][-1] != WINDOW or made[0]["shape"][-1] != len(self.class_names):
            digest = hashlib.sha256(model.read_bytes()).hexdigest()
            raise ModelError(
                f"{model.name} (sha256 {digest[:12]}…) is not the YAMNet that is expected.",
                "Run `distressd models pull yamnet`.",
            )
        self._input, self._output = given[0], made[0]["index"]
        index = {name: position for position, name in enumerate(self.class_names)}
        groups = [[index[name] for name in names] for names in (*GROUPS.values(), *AROUND.values())]
        self._members = np.concatenate(groups)
        self._starts = np.cumsum([0, *map(len, groups[:-1])])
        self._strongest = np.zeros(len(groups), np.float32)
        self.grouped, self.around = np.split(self._strongest, [len(GROUPS)])

    def __call__(self, window: Float) -> Float:
        """Scores in [0, 1] of all classes, (521,); ``grouped`` and ``around`` then hold the maxima.

        Args:
            window: (15600,) float32 at 16 kHz, in [-1, 1].
        """
        self._interpreter.set_tensor(self._input["index"], window.reshape(self._input["shape"]))
        self._interpreter.invoke()
        scores = np.asarray(self._interpreter.get_tensor(self._output)[0], np.float32)
        np.maximum.reduceat(scores[self._members], self._starts, out=self._strongest)
        return scores

    def top(self, scores: Float, count: int = 3) -> tuple[tuple[str, float], ...]:
        """The strongest classes by name, strongest first."""
        order = np.argsort(scores)[: -count - 1 : -1]
        return tuple((self.class_names[i], float(scores[i])) for i in order)
