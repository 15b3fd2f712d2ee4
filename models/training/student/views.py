"""Windows to learn from: a moment of a recording, over another one and over steady noise.

Everything is mixed as power, so that each window is a new one and costs less than the step that
learns from it. Cross terms of two sounds are lost; on average they are zero.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.data.corpora import Clip
from models.data.labels import EMOTIONS
from models.features.constants import SAMPLE_RATE
from models.features.melpower import BANDS, FRAMES, N_FFT, as_heard, band_edges_hz, bands
from models.networks.mobilenet import KINDS
from models.training.student.recipe import StudentRecipe, ViewSettings
from models.training.student.recordings import Recording, Version
from models.training.student.synthesised import Synthesised

Float = NDArray[np.float32]

APART = -1  # asked for no kind
CRIES = frozenset({"scream", "scream_pain_death", "fall_drown", "adult_cry"})
FEARS = frozenset({"fear", "fearful"})
BY_LABEL = frozenset(
    {"debian_voices", "debian_games", "us8k", "esc10"}
)  # corpora of many kinds of sound
HEARD_HOPS, OVER_HOPS = (
    22,
    12,
)  # a window ends at least so long after the onset, so long after the end
SURE_HOPS = 60  # from the onset, until the answer counts fully
LEAST_SURE = 0.25
BED_SPREAD = 0.6  # how far corpora weigh alike as beds: 1 entirely, 0 by their size
ALIKE = 4.0  # so many synthesised screams count as one recording
LN_10 = np.float32(np.log(10.0))
TELEPHONE_HZ = (300.0, 3400.0)
VISIBLE_DB, VISIBLE_SPREAD_DB = 8.0, 5.0  # below it the teacher's scores of the bed count less
UNBOUND = len(EMOTIONS) - 0.5


@dataclass(frozen=True, slots=True)
class Views:
    """A batch.

    Attributes:
        windows: (n, 96, 104).
        kinds: (n,) of KINDS, or APART.
        sure: (n,) what the answers count.
        scores: (n, 521) the teacher's.
        allowed: (n, 8) emotions that it may be.
    """

    windows: Float
    kinds: NDArray[np.int64]
    sure: Float
    scores: Float
    allowed: Float


def kind_of(clip: Clip | Synthesised) -> int:
    """Which of KINDS a clip is."""
    if isinstance(clip, Synthesised):
        return KINDS.index(clip.kind)
    verdict = clip.meaning.verdict
    if verdict == "apart":
        return APART
    if verdict == "not_distress":
        return KINDS.index("none")
    if verdict == "infant":
        return KINDS.index("infant")
    if clip.environment == "scream" or clip.label in CRIES:
        return KINDS.index("cry")
    return KINDS.index("fear" if clip.label in FEARS else "anger")


class Viewer:
    """Draws views of ``recordings`` under a chance of its own."""

    def __init__(
        self,
        recordings: Sequence[Recording],
        clips: Mapping[str, Clip],
        recipe: StudentRecipe,
        rng: np.random.Generator,
    ) -> None:
        self._recordings = recordings
        self._clips = [
            clips.get(one.file) or Synthesised(one.file.split()[0]) for one in recordings
        ]
        self._kinds = np.array([kind_of(clip) for clip in self._clips])
        self._settings = recipe.view
        self._rng = rng
        self._chosen = np.cumsum(self._chances(recipe.share))
        ordinary = [
            (i, clip.corpus) for i, clip in enumerate(self._clips)
            if isinstance(clip, Clip) and clip.meaning.verdict == "not_distress"
        ]  # fmt: skip
        corpora = Counter(corpus for _, corpus in ordinary)
        self._beds = np.array([i for i, _ in ordinary])
        self._bed = np.cumsum([corpora[corpus] ** -BED_SPREAD for _, corpus in ordinary])
        self._noise = SteadyNoise()

    def batch(self, count: int) -> Views:
        """``count`` views."""
        made = [self._view() for _ in range(count)]
        windows, kinds, sure, scores, allowed = zip(*made, strict=True)
        return Views(
            np.array(windows),
            np.array(kinds, np.int64),
            np.array(sure, np.float32),
            np.array(scores),
            np.array(allowed),
        )

    def _chances(self, share: Mapping[str, float]) -> NDArray[np.float64]:
        """Each kind's share, spread over corpora, games and labels by the roots of their sizes."""
        names = [KINDS[kind] if kind != APART else "apart" for kind in self._kinds]
        keys = [(name, *spread(clip, name)) for name, clip in zip(names, self._clips, strict=True)]
        counts = Counter(keys)
        weight = {
            key: (n / (ALIKE if key[1:] == _SCREAMS else 1.0)) ** 0.5 for key, n in counts.items()
        }
        whole = dict.fromkeys(share, 0.0)
        for (name, *_), root in weight.items():
            whole[name] += root
        return np.array([share[k[0]] * weight[k] / whole[k[0]] / counts[k] for k in keys])

    def _draw(self, among: NDArray[np.float64]) -> int:
        return min(int(np.searchsorted(among, self._rng.random() * among[-1])), len(among) - 1)

    def _view(self) -> tuple[Float, int, float, Float, Float]:
        rng, settings = self._rng, self._settings
        index = self._draw(self._chosen)
        kind, clip = int(self._kinds[index]), self._clips[index]
        power, scores, age = self._moment(self._recordings[index])
        energy = power.sum(axis=1)
        sounding = energy > energy.max() * 10**-2.5
        power /= energy[sounding].mean() + 1e-12
        emotions = _emotions(clip)
        allowed = np.array([emotion in emotions for emotion in EMOTIONS], np.float32)
        sure = min(1.0, max(LEAST_SURE, age / SURE_HOPS))
        ordinary = kind == 0
        if ordinary and rng.random() < settings.alone:
            power[:], scores[:], allowed[:], sure = 0.0, 0.0, 1.0, 1.0
        if rng.random() < settings.bedded:
            first = int(np.argmax(sounding)) if sounding.any() else FRAMES
            power, scores = self._over_bed(power, scores, first, ordinary=ordinary)
        noise_db = rng.uniform(*settings.noise_snr_db)
        power += self._noise(rng) * np.float32(10.0 ** (-noise_db / 10.0))
        power *= microphone(rng, settings)
        window = as_heard(power, rng.uniform(-settings.level_db, settings.level_db))
        if rng.random() < settings.masked:
            mask(rng, window, settings)
        return window, kind, sure, scores, allowed

    def _moment(self, recording: Recording) -> tuple[Float, Float, int]:
        """Power (96, 104) up to a moment of the sound, the teacher's scores, hops since onset."""
        version = recording.versions[int(self._rng.integers(len(recording.versions)))]
        low = version.onset + HEARD_HOPS
        high = min(version.offset + OVER_HOPS, len(version.power))
        end = int(self._rng.integers(low, high)) if high > low else min(version.offset, high)
        power = np.zeros((FRAMES, BANDS), np.float32)
        heard = version.power[max(0, end - FRAMES) : end].astype(np.float32)
        power[FRAMES - len(heard) :] = np.exp(heard * LN_10)
        return power, recording.scores(version, end), end - version.onset

    def _over_bed(
        self, power: Float, scores: Float, first: int, *, ordinary: bool
    ) -> tuple[Float, Float]:
        rng, settings = self._rng, self._settings
        recording = self._recordings[int(self._beds[self._draw(self._bed)])]
        version = recording.versions[int(rng.integers(len(recording.versions)))]
        bed, end = self._bed_power(version)
        if rng.random() < settings.broken_off:
            bed[min(int(rng.integers(10, FRAMES)), max(first, 10)) :] *= 1e-3
            snr_db, visible = rng.uniform(*settings.before_snr_db), 0.5
        else:
            span = settings.bed_snr_db if ordinary else settings.cry_snr_db
            snr_db = rng.uniform(*span)
            visible = 1.0 / (1.0 + 10.0 ** ((snr_db - VISIBLE_DB) / VISIBLE_SPREAD_DB))
        mixed = power + bed * np.float32(10.0 ** (-snr_db / 10.0))
        return mixed, np.maximum(scores, recording.scores(version, end) * np.float32(visible))

    def _bed_power(self, version: Version) -> tuple[Float, int]:
        end = int(self._rng.integers(min(FRAMES, len(version.power)), len(version.power) + 1))
        heard = np.exp(version.power[max(0, end - FRAMES) : end].astype(np.float32) * LN_10)
        if len(heard) < FRAMES:
            heard = np.tile(heard, (-(-FRAMES // len(heard)), 1))[:FRAMES]
        return heard / np.float32(heard.sum(axis=1).mean() + 1e-12), end


class SteadyNoise:
    """Noise of a random colour, sometimes with a hum; its power fluctuates as a spectrum's does."""

    def __init__(self) -> None:
        self._bands = bands()
        self._hertz = np.arange(N_FFT // 2 + 1) * SAMPLE_RATE / N_FFT
        self._bins = 0.8 * np.maximum((self._bands > 0).sum(axis=0), 1)

    def __call__(self, rng: np.random.Generator) -> Float:
        """Power (96, 104), whose sum over the bands is 1 on average."""
        density = (np.maximum(self._hertz, 60.0) / 1000.0) ** -rng.uniform(0.0, 2.2)
        if rng.random() < 0.4:  # noqa: PLR2004 - a share that hums
            away = (self._hertz - rng.uniform(100.0, 6000.0)) / rng.uniform(50.0, 800.0)
            density = density * (1.0 + 10.0 ** rng.uniform(0.0, 1.5) * np.exp(-0.5 * away**2))
        fluctuating = rng.gamma(np.tile(self._bins, (FRAMES, 1))) / self._bins
        power = (density @ self._bands) * fluctuating
        return np.asarray(power / power.sum(axis=1).mean(), np.float32)


_centres_hz = band_edges_hz()[1:-1]
_PLACE = np.linspace(-1.0, 1.0, BANDS)
_OFF_TELEPHONE = (_centres_hz < TELEPHONE_HZ[0]) | (_centres_hz > TELEPHONE_HZ[1])


def microphone(rng: np.random.Generator, settings: ViewSettings) -> Float:
    """A factor of each band's power, (104,)."""
    curve = rng.uniform(-settings.tilt_db, settings.tilt_db) * _PLACE
    wave = np.pi * _PLACE * rng.uniform(0.5, 3.0) + rng.uniform(0.0, 6.0)
    curve += rng.normal(0.0, settings.bump_db) * np.cos(wave)
    if rng.random() < settings.telephone:
        curve -= 50.0 * _OFF_TELEPHONE
    return np.asarray(10.0 ** (curve / 10.0), np.float32)


def mask(rng: np.random.Generator, window: Float, settings: ViewSettings) -> None:
    """Hide two runs of bands and one of frames (SpecAugment: Park et al., 2019)."""
    for _ in range(2):
        width = int(rng.integers(0, settings.bands))
        low = int(rng.integers(0, BANDS - width))
        window[:, low : low + width] = window.mean()
    width = int(rng.integers(0, settings.frames))
    low = int(rng.integers(0, FRAMES - width))
    window[low : low + width] = window.mean(axis=0)


_SCREAMS = ("", Synthesised.SCREAM.value)
_EMOTIONS = {
    Synthesised.SCREAM: frozenset({"angry", "fearful"}),
    Synthesised.LAUGHTER: frozenset({"happy", "surprised"}),
}


def _emotions(clip: Clip | Synthesised) -> frozenset[str]:
    if isinstance(clip, Clip):
        return clip.meaning.emotions
    return _EMOTIONS.get(clip, frozenset(EMOTIONS))


def spread(clip: Clip | Synthesised, name: str) -> tuple[str, str]:
    """What a clip of the kind ``name`` is weighed with: those with the same corpus and group."""
    if isinstance(clip, Synthesised):
        return "", clip.value
    if name == "cry":
        return clip.corpus, clip.group
    by_label = name in {"none", "apart"} and clip.corpus in BY_LABEL
    return clip.corpus, clip.label if by_label else ""
