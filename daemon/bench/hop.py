"""What one hop costs, against librosa's call for each frame and the torch module.

Both sides see the same frames and the same weights in the same run. The hop is everything from
the gate to the calibrated probabilities; the reference is one MFCC call and one step of the
module, without a gate. Each is timed in a pass of its own, so that neither finds the caches as
the other has left them.
"""

import importlib
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from daemon.bench.percentiles import percentiles
from daemon.errors import DistressdError
from models.ear.by_frames import FrameEar
from models.ear.make import Sounds, make_ear
from models.errors import ModelError
from models.features.constants import HOP, SAMPLE_RATE
from models.features.frontend import FrontEnd
from models.features.gain import GainSettings
from models.features.gate import GateSettings
from models.networks import weights
from models.networks.stepper import softmax
from models.networks.weights import Weights

Float = NDArray[np.float32]


class Reference:
    """librosa and the torch module, frame by frame, hidden state carried."""

    def __init__(self, found: Weights) -> None:
        try:
            self._librosa: Any = importlib.import_module("librosa")
            self._torch: Any = importlib.import_module("torch")
        except ImportError as error:
            raise DistressdError(
                f"The reference needs {error.name}.",
                "Install the extra: pip install 'distressd[train]'",
            ) from error
        module = importlib.import_module("models.networks.emotion_lstm").EmotionLSTM
        self._torch.set_num_threads(1)
        self._model = module().eval()
        tensors = {name: self._torch.from_numpy(t) for name, t in found.tensors.items()}
        self._model.load_state_dict(tensors)
        self._hidden: Any = None

    def reset(self) -> None:
        """Begin a stretch."""
        self._hidden = None

    def mfcc(self, frame: Float) -> Float:
        """The thirteen coefficients of one frame, by librosa."""
        coefficients = self._librosa.feature.mfcc(y=frame, sr=SAMPLE_RATE, n_mfcc=13)
        return np.asarray(np.mean(coefficients, axis=1), np.float32)

    def step(self, features: Float) -> Float:
        """The module's posterior after one frame."""
        torch = self._torch
        with torch.no_grad():
            x = torch.from_numpy(features)[None, None]
            logits, self._hidden = self._model(x, self._hidden)
            return np.asarray(torch.softmax(logits, dim=1)[0].numpy())


def _time_hops(ear: FrameEar, hops: Float) -> list[float]:
    """Microseconds of every hop with an open gate."""
    took = []
    for hop in hops:
        began = time.perf_counter_ns()
        ear.step(hop)
        ended = time.perf_counter_ns()
        if ear.is_open:
            took.append((ended - began) / 1000)
    return took


def bench_hop(recording: Float, path: Path | None, sounds: Sounds | None) -> dict[str, Any]:
    """Time and compare every open hop of ``recording`` (16 kHz mono).

    Returns:
        ``frames``, ``hop_us`` (without sound events), ``hop_with_sound_events_us``,
        ``reference_us``, ``ratio`` of the medians, ``mfcc_max_abs_diff`` and
        ``posterior_max_abs_diff``.

    Raises:
        ModelError: if the weights are missing, damaged or of another network than the LSTM over
            thirteen MFCC.
    """
    found = weights.load(path)
    if found.metadata.get("network", "emotion_lstm") != "emotion_lstm":
        raise ModelError(
            "The configured acoustic weights are of another network than the one that is timed.",
            "Leave out [acoustic] weights for this bench.",
        )
    reference = Reference(found)
    front = FrontEnd(GateSettings(**found.metadata["gate"]), GainSettings(**found.metadata["gain"]))
    hops = recording[: len(recording) // HOP * HOP].reshape(-1, HOP)
    _time_hops(FrameEar(found, None), hops[: len(hops) // 10])  # warm
    hop_us = _time_hops(FrameEar(found, None), hops)

    bare = FrameEar(found, None)
    reference_us: list[float] = []
    mfcc_diff = posterior_diff = 0.0
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="n_fft=2048 is too large")
        for hop in hops:
            bare.step(hop)
            heard = front.step(hop)
            if heard.conditioned.opened:
                reference.reset()
            if not len(heard.features):
                continue
            for ours, frame in zip(heard.features, heard.frames, strict=True):
                began = time.perf_counter_ns()
                theirs = reference.mfcc(frame)
                posterior = reference.step(theirs)
                reference_us.append((time.perf_counter_ns() - began) / 1000)
                mfcc_diff = max(mfcc_diff, float(np.abs(ours - theirs).max()))
            own = softmax(bare.logits)
            posterior_diff = max(posterior_diff, float(np.abs(own - posterior).max()))
    figures = {
        "frames": len(reference_us),
        "hop_us": percentiles(hop_us),
        "reference_us": {"p50": round(float(np.percentile(reference_us, 50)), 3)},
        "ratio": round(float(np.percentile(reference_us, 50) / np.percentile(hop_us, 50)), 2),
        "mfcc_max_abs_diff": mfcc_diff,
        "posterior_max_abs_diff": posterior_diff,
    }
    if sounds:
        took = _time_hops(make_ear(found, sounds), hops)
        figures["hop_with_sound_events_us"] = percentiles(took) | {"mean": round(np.mean(took), 3)}
    return figures
