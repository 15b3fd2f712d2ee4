"""Someone who speaks: a source, a tract, and a melody over a line of phones."""

from dataclasses import dataclass, field

import numpy as np

from daemon.audio.scene.glottis import Glottis
from daemon.audio.scene.phones import PHONES, Phone
from daemon.audio.scene.tract import at_shapes, bump, cascade, resonate
from daemon.audio.scene.waveform import Signal, drift, fade, peak, samples, smooth
from models.features.constants import SAMPLE_RATE

_BANDWIDTHS_HZ = np.array([65.0, 90.0, 130.0])  # Klatt 1980
_MOUTH_S = 0.055  # how long the tongue and the lips take from one target to the next
_VALVE_S = 0.022  # the same for the folds and for pressure
_FINAL_LENGTHENING = 1.45  # the last phones before a pause are drawn out (Klatt 1976)


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker.

    Attributes:
        f0_hz: the pitch around which sentences move.
        span: how far accents rise above it, as a ratio less one.
        stretch: formants relative to a man's (about 1.17 for a woman, Hillenbrand 1995).
        tempo: durations relative to the table's.
        tilt_hz: where the source begins to fall faster; high in loud voices.
        glottis: how the folds vibrate.
        mouth: how much wider the jaw is than in speech, as a factor on F1.
    """

    f0_hz: float
    span: float = 0.22
    stretch: float = 1.0
    tempo: float = 1.0
    tilt_hz: float = 2600.0
    glottis: Glottis = field(default_factory=Glottis)
    mouth: float = 1.0

    def say(self, line: str, rng: np.random.Generator) -> Signal:
        """One phrase.

        Args:
            line: ARPAbet phones with spaces between them; a digit 1 marks a stressed vowel, a
                question mark at the end makes the melody rise.
            rng: what no two utterances have in common.

        Returns:
            The phrase, peak 1.
        """
        rising = line.endswith("?")
        phones, stresses = self._spell(line.rstrip("?").split())
        seconds = [self._seconds(p, i, phones, stresses) for i, p in enumerate(phones)]
        edges = np.cumsum([0, *[samples(s) for s in seconds]])
        n = int(edges[-1])
        owner = np.repeat(np.arange(len(phones)), np.diff(edges))

        f0 = self._melody(edges, stresses, rising, rng)
        voicing = smooth(np.array([p.voicing for p in phones])[owner], _VALVE_S)
        aspiration = smooth(np.array([p.aspiration for p in phones])[owner], _VALVE_S)
        frication = smooth(np.array([p.frication for p in phones])[owner], 0.010)

        formants = self._formants(phones, owner)
        throat = cascade(formants, _BANDWIDTHS_HZ * self.stretch, self.tilt_hz, self.stretch)
        breath = cascade(formants, _BANDWIDTHS_HZ * 1.6, float(SAMPLE_RATE), self.stretch)
        lips = bump(
            at_shapes(np.array([p.noise_hz for p in phones])[owner]),
            at_shapes(np.array([p.octaves for p in phones])[owner]),
        )
        ebb = np.interp(np.linspace(0, 1, n), [0, 0.8, 1], [1.0, 0.9, 0.65])
        voiced = resonate(self.glottis.vibrate(f0, rng) * voicing * ebb, throat)
        voiced /= peak(voiced)
        breathed = resonate(rng.standard_normal(n) * aspiration, breath)
        rubbed = resonate(rng.standard_normal(n) * frication, lips)
        phrase = voiced + 0.06 * breathed + 0.16 * rubbed
        return fade(phrase / peak(phrase), 0.01, 0.03)

    def _spell(self, words: list[str]) -> tuple[list[Phone], list[bool]]:
        phones: list[Phone] = []
        stresses: list[bool] = []
        for word in words:
            parts = PHONES[word.rstrip("1")]
            phones += parts
            stresses += [word.endswith("1")] * len(parts)
        return phones, stresses

    def _seconds(self, p: Phone, i: int, phones: list[Phone], stresses: list[bool]) -> float:
        vowel = p.voicing == 1.0
        unstressed = 0.75 if vowel and not stresses[i] else 1.0
        final = _FINAL_LENGTHENING if i >= len(phones) - 3 and p.voicing > 0 else 1.0
        return p.seconds * self.tempo * unstressed * final

    def _melody(
        self, edges: np.ndarray, stresses: list[bool], rising: bool, rng: np.random.Generator
    ) -> Signal:
        """Declination, an accent on every stressed vowel, and a fall or rise at the end."""
        n = int(edges[-1])
        t = np.arange(n) / SAMPLE_RATE
        log_f0 = np.linspace(0.06, -0.10, n)
        middle = (edges[:-1] + edges[1:]) / 2 / SAMPLE_RATE
        height = 1.0
        for at, stressed in zip(middle, stresses, strict=True):
            if stressed:
                log_f0 += 0.6 * height * self.span * np.exp(-0.5 * ((t - at) / 0.09) ** 2)
                height *= 0.9
        log_f0 += np.interp(t, [t[-1] - 0.3, t[-1]], [0.0, 0.35 if rising else -0.22])
        log_f0 += 0.012 * drift(n, 6.0, rng)
        return self.f0_hz * np.exp(log_f0)

    def _formants(self, phones: list[Phone], owner: np.ndarray) -> Signal:
        """Three formants at every tract shape (Hz)."""
        targets: list[tuple[float, float, float]] = []
        following = (500.0, 1500.0, 2500.0)
        for phone in reversed(phones):
            following = phone.formants or following
            targets.append(following)
        table = np.log(np.array(targets[::-1])) + np.log(self.stretch)
        table[:, 0] += np.log(self.mouth) * np.array([p.voicing == 1.0 for p in phones])
        return np.stack([np.exp(at_shapes(smooth(table[owner, k], _MOUTH_S))) for k in range(3)], 1)
