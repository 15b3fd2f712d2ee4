"""The floor: does the gate open, does it stay shut, do screams alert, does talk stay quiet.

Everything is measured on sources that training never saw (the test fold). Alerts come from the
whole pipeline, which the caller gives as a function, since it belongs to the daemon.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.data.corpora import Clip, read_all
from models.data.labels import EMOTIONS
from models.data.splits import split
from models.ear import Ear
from models.evaluation.intervals import Interval, bootstrap_groups, poisson, wilson
from models.evaluation.raised import Raised
from models.features.constants import HOP, HOPS_PER_SECOND, SAMPLE_RATE
from models.features.gate import Gate, GateSettings
from models.networks.weights import Weights
from models.training.streams import coloured_noise

Float = NDArray[np.float32]

LEAD_S = 3.0  # of room noise before every file, as in any room
TAIL_S = 2.0
ROOM_DB = -65.0
ONSET_BELOW_PEAK_DB = 25.0
ONSET_OVER_ROOM_DB = 12.0
WITHIN_HOPS = 10  # the gate is to be open within 100 ms of onset
STEADY_LABELS = ("air_conditioner", "engine_idling", "rain")
STEADY_S = 60
STEADY_SPREAD_DB = 1.5  # of the level over 100 ms: thunder and revving are no steady noise
SYNTHETIC = {"white": 0.0, "pink": 1.0, "brown": 2.0}
SYNTHETIC_DB = (-60.0, -50.0, -40.0, -30.0, -20.0)


Replay = Callable[[Sequence[Float]], list[list[Raised]]]


def room(rng: np.random.Generator, count: int) -> Float:
    """Pink noise at the level of a quiet room."""
    return coloured_noise(rng, count, 1.0) * np.float32(10.0 ** (ROOM_DB / 20.0))


def in_room(samples: Float, seed: int) -> Float:
    """``samples`` at their own level behind and before a moment of room noise."""
    rng = np.random.default_rng(seed)
    lead = round(LEAD_S * HOPS_PER_SECOND) * HOP
    stream = room(rng, lead + len(samples) + round(TAIL_S * SAMPLE_RATE))
    stream[lead : lead + len(samples)] += samples
    return np.clip(stream, -1.0, 1.0)


def onset_hop(samples: Float) -> int | None:
    """First hop within 25 dB of the loudest and 12 dB over the room; None if there is none.

    A hop's loudness is about its own mean: what is slower than that nobody hears.
    """
    hops = samples[: len(samples) // HOP * HOP].reshape(-1, HOP).astype(np.float64)
    if not len(hops):
        return None
    level = 10.0 * np.log10(hops.var(axis=1) + 1e-10)
    loud = level >= max(level.max() - ONSET_BELOW_PEAK_DB, ROOM_DB + ONSET_OVER_ROOM_DB)
    return int(np.argmax(loud)) if loud.any() else None


def _gate_states(stream: Float, settings: GateSettings) -> NDArray[np.bool_]:
    gate = Gate(settings)
    hops = stream[: len(stream) // HOP * HOP].reshape(-1, HOP)
    return np.array([gate.step(hop) for hop in hops])


def is_scream(clip: Clip) -> bool:
    """A recorded scream, or a word with one behind it."""
    distress = clip.meaning.verdict == "distress"
    return distress and (clip.environment == "scream" or clip.label == "scream_pain_death")


def gate_label(clip: Clip) -> str | None:
    """The label under which the gate's recall is shown; None where it is not measured."""
    if is_scream(clip):
        return "scream"
    return {"fear": "fear", "fearful": "fear", "angry": "anger"}.get(clip.label)


def gate_recall(clips: Sequence[Clip], settings: GateSettings) -> dict[str, Interval]:
    """Share of files whose onset opens the gate within 100 ms, by label and over all."""
    opened: dict[str, list[bool]] = {}
    for seed, clip in enumerate(clips):
        label = gate_label(clip)
        if label is None:
            continue
        samples = clip.read()
        onset = onset_hop(samples)
        if onset is None:
            continue
        at = round(LEAD_S * HOPS_PER_SECOND) + onset
        states = _gate_states(in_room(samples, seed), settings)
        # Open before the onset counts only as far as the sound itself reaches back.
        opened.setdefault(label, []).append(bool(states[at : at + WITHIN_HOPS + 1].any()))
    every = [one for found in opened.values() for one in found]
    return {"all": wilson(every), **{label: wilson(found) for label, found in opened.items()}}


def looped(samples: Float, seconds: int) -> Float:
    """``samples`` repeated with half-second cross-fades, so that no splice is an event."""
    fade = min(SAMPLE_RATE // 2, len(samples) // 4)
    ramp = np.sqrt(np.linspace(0.0, 1.0, fade, dtype=np.float32))
    body = samples.copy()
    body[:fade] = samples[:fade] * ramp + samples[-fade:] * ramp[::-1]
    body = body[: len(samples) - fade]
    return np.tile(body, -(-seconds * SAMPLE_RATE // len(body)))[: seconds * SAMPLE_RATE]


def gate_noise_share(clips: Sequence[Clip], settings: GateSettings) -> dict[str, float]:
    """Share of hops with an open gate in steady noise, a minute each, by label and over all.

    ``all`` counts synthetic noise and the recordings that are steady; ``unsteady`` stands for the
    others of the same labels and is in no other figure.
    """
    rng = np.random.default_rng(5)
    shares: dict[str, list[float]] = {}
    for label, exponent in SYNTHETIC.items():
        for level in SYNTHETIC_DB:
            noise = coloured_noise(rng, STEADY_S * SAMPLE_RATE, exponent)
            loud = noise * np.float32(10.0 ** (level / 20.0))
            shares.setdefault(label, []).append(float(_gate_states(loud, settings).mean()))
    unsteady: list[float] = []
    for clip in clips:
        if clip.label in STEADY_LABELS:
            samples = clip.read()
            share = float(_gate_states(looped(samples, STEADY_S), settings).mean())
            steady = spread_db(samples) <= STEADY_SPREAD_DB
            (shares.setdefault(clip.label, []) if steady else unsteady).append(share)
    every = [share for found in shares.values() for share in found]
    figures = {"all": float(np.mean(every))} | {k: float(np.mean(v)) for k, v in shares.items()}
    return figures | ({"unsteady": float(np.mean(unsteady))} if unsteady else {})


def spread_db(samples: Float) -> float:
    """Standard deviation of the level over 100 ms."""
    size = SAMPLE_RATE // 10
    blocks = samples[: len(samples) // size * size].reshape(-1, size).astype(np.float64)
    return float(np.std(10.0 * np.log10(blocks.var(axis=1) + 1e-10)))


def scream_recall(clips: Sequence[Clip], replay: Replay) -> dict[str, Interval]:
    """Share of scream files that raise an alert: at warning or above, and at any level."""
    screams = [clip for clip in clips if is_scream(clip)]
    heard = replay([in_room(clip.read(), seed) for seed, clip in enumerate(screams)])
    loud = [any(a.reached != "advisory" for a in alerts) for alerts in heard]
    found = {"warning": wilson(loud), "any": wilson([bool(alerts) for alerts in heard])}
    for corpus in sorted({clip.corpus for clip in screams}):
        mine = [hit for clip, hit in zip(screams, loud, strict=True) if clip.corpus == corpus]
        found[f"warning, {corpus}"] = wilson(mine)
    return found


def is_ordinary(clip: Clip) -> bool:
    """Ordinary speech or music."""
    return clip.corpus in {"librispeech", "music"} or (
        clip.corpus == "pico" and clip.label == "speech"
    )


def alerts_per_hour(clips: Sequence[Clip], replay: Replay) -> dict[str, Interval]:
    """Alerts over ordinary speech and music, one stream a corpus, with Poisson intervals."""
    streams: dict[str, list[Float]] = {}
    for clip in clips:
        if is_ordinary(clip):
            streams.setdefault(clip.corpus, []).append(clip.read())
    rng = np.random.default_rng(3)
    joined = {
        corpus: np.concatenate([np.concatenate([one, room(rng, SAMPLE_RATE)]) for one in parts])
        for corpus, parts in streams.items()
    }
    heard = dict(zip(joined, replay(list(joined.values())), strict=True))
    hours = {corpus: len(stream) / SAMPLE_RATE / 3600 for corpus, stream in joined.items()}
    found = {c: poisson(len(alerts), hours[c]) for c, alerts in heard.items()}
    loud = sum(a.reached != "advisory" for alerts in heard.values() for a in alerts)
    found["warning"] = poisson(loud, sum(hours.values()))
    found["all"] = poisson(sum(map(len, heard.values())), sum(hours.values()))
    return found


def ravdess_uar(clips: Sequence[Clip], make_ear: Callable[[], Ear]) -> Interval:
    """Mean recall of the eight emotions on unseen actors, streamed; interval over actors."""
    guesses: list[tuple[str, str, str]] = []
    for seed, clip in enumerate(clips):
        if clip.corpus != "ravdess":
            continue
        (truth,) = clip.meaning.emotions
        guesses.append((clip.group, truth, verdict(make_ear(), in_room(clip.read(), seed))))
    return bootstrap_groups(guesses, unweighted_average_recall)


def verdict(ear: Ear, stream: Float) -> str:
    """The emotion with the highest mean posterior over the later half of the open hops."""
    heard: list[Float] = []
    for hop in stream[: len(stream) // HOP * HOP].reshape(-1, HOP):
        ear.step(hop)
        if ear.is_open:
            heard.append(ear.posterior.copy())
    if not heard:
        return "none"
    return EMOTIONS[int(np.mean(heard[len(heard) // 2 :], axis=0).argmax())]


def unweighted_average_recall(guesses: Sequence[tuple[str, str]]) -> float:
    """Mean over true classes of the share guessed right."""
    truths = sorted({truth for truth, _ in guesses})
    recalls = [np.mean([g == t for t, g in guesses if t == truth]) for truth in truths]
    return float(np.mean(recalls))


def gate_settings(found: Weights) -> GateSettings:
    """The gate that the weights were trained behind."""
    return GateSettings(**found.metadata["gate"])


def test_fold(data: Path) -> list[Clip]:
    """The clips that training never saw."""
    return split(read_all(data))["test"]
