"""Sound events by YAMNet: the last 0.975 s in, 521 AudioSet scores and an embedding out.

YAMNet is Google's (Apache-2.0). The file holds the log-mel front end too, so it takes samples.
Its outputs are the scores and the spectrogram. What the scores are computed from, the mean of the
last layer over the window, says more than they do: the list of outputs is changed in memory to
name that tensor in place of the spectrogram.
"""

import contextlib
import csv
import hashlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from models.errors import ModelError
from models.sounds.groups import GROUPS

WINDOW = 15_600  # samples at 16 kHz: 0.975 s
EMBEDDING = 1024
_SCORES, _SPECTROGRAM, _MEAN = 123, 89, 121  # tensors of the file
_AS_PUBLISHED = struct.pack("<Iii", 2, _SCORES, _SPECTROGRAM)  # a count and its members
_AS_WANTED = struct.pack("<Iii", 2, _SCORES, _MEAN)

Float = NDArray[np.float32]


def read_class_names(path: Path) -> tuple[str, ...]:
    """The 521 display names of ``yamnet_class_map.csv``, in the order of the scores."""
    with path.open(newline="", encoding="utf-8") as lines:
        return tuple(row["display_name"] for row in csv.DictReader(lines))


@contextlib.contextmanager
def _without_chatter() -> Iterator[None]:
    """The runtime announces its delegate on the C level's standard error, and has no switch."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


class Yamnet:
    """One window at a time, on one thread.

    Args:
        model: ``yamnet_waveform15600.tflite``, its hash already verified.
        class_map: ``yamnet_class_map.csv``.

    Raises:
        ModelError: if the file is not the network that is expected.
    """

    def __init__(self, model: Path, class_map: Path) -> None:
        content = model.read_bytes()
        wanted = content.replace(_AS_PUBLISHED, _AS_WANTED)
        try:
            with _without_chatter():
                self._interpreter = Interpreter(model_content=wanted, num_threads=1)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(
                f"{model.name} cannot be loaded ({error}).", "Run `distressd models pull yamnet`."
            ) from error
        given, made = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self.class_names = read_class_names(class_map)
        shapes = [one["shape"][-1] for one in (*given, *made)]
        if shapes != [WINDOW, len(self.class_names), EMBEDDING]:
            digest = hashlib.sha256(content).hexdigest()
            raise ModelError(
                f"{model.name} (sha256 {digest[:12]}…) is not the YAMNet that is expected.",
                "Run `distressd models pull yamnet`.",
            )
        self._input, self._output = given[0], made[0]["index"]
        self._mean = made[1]["index"]
        index = {name: position for position, name in enumerate(self.class_names)}
        groups = [[index[name] for name in names] for names in GROUPS.values()]
        self._members = np.concatenate(groups)
        self._starts = np.cumsum([0, *map(len, groups[:-1])])
        self.grouped = np.zeros(len(GROUPS), np.float32)

    def __call__(self, window: Float) -> Float:
        """Scores in [0, 1] of all classes, (521,); ``grouped`` then holds the groups' maxima.

        Args:
            window: (15600,) float32 at 16 kHz, in [-1, 1].
        """
        self._interpreter.set_tensor(self._input["index"], window.reshape(self._input["shape"]))
        self._interpreter.invoke()
        scores = np.asarray(self._interpreter.get_tensor(self._output)[0], np.float32)
        np.maximum.reduceat(scores[self._members], self._starts, out=self.grouped)
        return scores

    def embedding(self) -> Float:
        """What the last window's scores were computed from, (1024,), none of it negative."""
        return np.asarray(self._interpreter.get_tensor(self._mean)[0], np.float32)

    def top(self, scores: Float, count: int = 3) -> tuple[tuple[str, float], ...]:
        """The strongest classes by name, strongest first."""
        order = np.argsort(scores)[: -count - 1 : -1]
        return tuple((self.class_names[i], float(scores[i])) for i in order)
