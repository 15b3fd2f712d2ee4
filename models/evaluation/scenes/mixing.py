"""From a scene's plan to its samples, and to what is true of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.data.corpora import Clip
from models.evaluation.scenes.material import Background, EventKind
from models.evaluation.scenes.script import GAP_S, Planned, Scene, Stretch
from models.features.constants import HOP, SAMPLE_RATE
from models.rooms import Room, reverberate
from models.training.streams import coloured_noise

Float = NDArray[np.float32]

ACTIVE_DB: Final = 25.0  # below the loudest hop: what counts as sound and not as pause
UNDER_DB: Final = -8.0  # television's music to its voices
SPREAD_DB: Final = 2.5  # standard deviation between the recordings of a stretch
ROW_DB: Final = -26.0  # of the recordings in a row, before the room and the stretch's own level
EDGE_S: Final = 0.005  # fade where a recording is cut
_SILENT: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Event:
    """What was mixed in: an event by its energy at the microphone.

    Attributes:
        kind: of a background where everyday sound came forward.
        onset_s: begin of the first hop within 25 dB of the event's loudest.
        offset_s: end of the last such hop.
    """

    kind: EventKind | Background
    file: str
    group: str
    snr_db: int
    onset_s: float
    offset_s: float
    background: Background


@dataclass(frozen=True, slots=True)
class Sounding:
    """A recording of the background, and when it was to be heard."""

    kind: Background
    file: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a scene.

    Attributes:
        stretches: (kind, start, end), seconds.
    """

    name: str
    seconds: float
    events: tuple[Event, ...]
    stretches: tuple[tuple[Background, float, float], ...]
    background: tuple[Sounding, ...]


def active_hops(samples: Float) -> NDArray[np.bool_]:
    """Which hops are within 25 dB of the loudest, (n // 160,)."""
    hops = samples[: len(samples) // HOP * HOP].reshape(-1, HOP).astype(np.float64)
    power = np.mean(hops**2, axis=1)
    return np.asarray(power >= power.max(initial=_SILENT) * 10.0 ** (-ACTIVE_DB / 10.0))


def active_level_db(samples: Float) -> float:
    """Loudness of the hops that are no pause, dBFS rms."""
    hops = samples[: len(samples) // HOP * HOP].reshape(-1, HOP).astype(np.float64)
    power = np.mean(hops**2, axis=1)[active_hops(samples)]
    return float(10.0 * np.log10((power.mean() if len(power) else 0.0) + _SILENT))


def brought_to(samples: Float, level_db: float) -> Float:
    """``samples`` at an active level of ``level_db``; silence stays silence."""
    if not samples.any():
        return samples
    return samples * np.float32(10.0 ** ((level_db - active_level_db(samples)) / 20.0))


def mix(scene: Scene) -> tuple[Float, Truth]:
    """The samples of ``scene``, (n,) at 16 kHz, and what is true of them.

    Raises:
        DataError: if a recording cannot be read.
    """
    rng = np.random.default_rng(scene.seed)
    room = Room.drawn(rng)
    count = int(scene.seconds * SAMPLE_RATE)
    stream = coloured_noise(rng, count, 1.0) * np.float32(10.0 ** (scene.room_db / 20.0))
    soundings: list[Sounding] = []
    for stretch in scene.stretches:
        if stretch.clips:
            sound, heard = _stretch(rng, room, stretch)
            begin = int(stretch.start_s * SAMPLE_RATE)
            stream[begin : begin + len(sound)] += sound[: count - begin]
            soundings += heard
    events = []
    for planned in scene.events:
        begin = int(planned.start_s * SAMPLE_RATE)
        stretch = _at(scene.stretches, planned.start_s)
        sound = reverberate(planned.clip.read(), room.response(rng))
        sound = brought_to(sound, stretch.level_db + planned.snr_db)[: count - begin]
        stream[begin : begin + len(sound)] += sound
        events.append(_event(planned, begin / SAMPLE_RATE, stretch.kind, sound))
    stretches = tuple((s.kind, s.start_s, s.start_s + s.seconds) for s in scene.stretches)
    truth = Truth(scene.name, scene.seconds, tuple(events), stretches, tuple(soundings))
    return np.clip(stream, -1.0, 1.0), truth


def _at(stretches: Sequence[Stretch], moment_s: float) -> Stretch:
    return max((s for s in stretches if s.start_s <= moment_s), key=lambda s: s.start_s)


def _event(planned: Planned, begin_s: float, background: Background, sound: Float) -> Event:
    active = np.flatnonzero(active_hops(sound))
    first, last = int(active[0]), int(active[-1])
    return Event(
        planned.kind, planned.clip.file, planned.clip.group, planned.snr_db,
        begin_s + first * HOP / SAMPLE_RATE,
        begin_s + (last + 1) * HOP / SAMPLE_RATE,
        background,
    )  # fmt: skip


def _stretch(
    rng: np.random.Generator, room: Room, stretch: Stretch
) -> tuple[Float, list[Sounding]]:
    sound, soundings = _row(rng, stretch, stretch.clips)
    if stretch.under:
        under, more = _row(rng, stretch, stretch.under)
        sound = sound + under * np.float32(10.0 ** (UNDER_DB / 20.0))
        soundings += more
    wet = reverberate(sound, room.response(rng))
    return brought_to(wet, stretch.level_db), soundings


def _row(
    rng: np.random.Generator, stretch: Stretch, clips: Sequence[Clip]
) -> tuple[Float, list[Sounding]]:
    """Recordings one after another at about the same level, cut where the stretch ends."""
    row = np.zeros(int(stretch.seconds * SAMPLE_RATE), np.float32)
    soundings: list[Sounding] = []
    at = 0
    for clip in clips:
        if at >= len(row):
            break
        samples = brought_to(clip.read(), ROW_DB + float(rng.normal(0.0, SPREAD_DB)))
        samples = samples[: len(row) - at]
        gap = int(rng.uniform(*GAP_S) * SAMPLE_RATE)
        row[at : at + len(samples)] = _with_soft_edges(samples)
        start_s = stretch.start_s + at / SAMPLE_RATE
        end_s = start_s + len(samples) / SAMPLE_RATE
        soundings.append(Sounding(stretch.kind, clip.file, start_s, end_s))
        at += len(samples) + gap
    return row, soundings


def _with_soft_edges(samples: Float) -> Float:
    fade = min(int(EDGE_S * SAMPLE_RATE), len(samples) // 2)
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    soft = samples.copy()
    soft[:fade] *= ramp
    soft[len(soft) - fade :] *= ramp[::-1]
    return soft
