"""Voices in distress: the source and the tract of speech, driven hard.

What makes a scream a scream is roughness, amplitude modulation between 30 and 150 Hz (Arnal,
Flinker, Kleinschmidt, Giraud & Poeppel 2015, Curr. Biol. 25), on a high pitch with period
doubling and chaos (Fitch, Neubauer & Herzel 2002, Anim. Behav. 63) through a wide-open mouth.
"""

from dataclasses import dataclass

import numpy as np

from daemon.audio.scene.glottis import Glottis
from daemon.audio.scene.tract import at_shapes, cascade, resonate, shapes
from daemon.audio.scene.waveform import Signal, contour, drift, fade, peak, samples
from models.features.constants import SAMPLE_RATE

Points = tuple[tuple[float, float], ...]

_VARIETY = 0.03  # nobody cries out twice at quite the same pitch
_BANDWIDTHS_HZ = np.array([140.0, 160.0, 220.0])  # open glottis and wide mouth lose more


@dataclass(frozen=True, slots=True)
class Cry:
    """One outburst, from breath to breath.

    Attributes:
        seconds: how long.
        f0_hz: pitch over the outburst, as (part of the whole, Hz).
        formants_hz: F1 to F3 at its beginning.
        formants_end_hz: the same at its end.
        glottis: how the folds vibrate.
        unrest: how far pitch wanders within the outburst, relative.
        tilt_hz: where the source begins to fall faster.
        stretch: higher resonances relative to a man's, as a woman's are unless said otherwise.
        loudness: amplitude over the outburst, as (part of the whole, gain).
    """

    seconds: float
    f0_hz: Points
    formants_hz: tuple[float, float, float]
    formants_end_hz: tuple[float, float, float]
    glottis: Glottis
    unrest: float
    tilt_hz: float
    stretch: float = 1.15
    loudness: Points = ((0.0, 0.5), (0.12, 1.0), (0.75, 0.9), (1.0, 0.3))

    def sound(self, rng: np.random.Generator) -> Signal:
        """The outburst, peak 1."""
        n = samples(self.seconds)
        pitch = np.exp(_VARIETY * rng.standard_normal())
        f0 = pitch * contour(self.f0_hz, n) * np.exp(self.unrest * drift(n, 9.0, rng))
        source = self.glottis.vibrate(f0, rng)
        source *= contour(self.loudness, n)
        move = at_shapes(np.linspace(0.0, 1.0, n))[:, None]
        formants = (1 - move) * np.array(self.formants_hz) + move * np.array(self.formants_end_hz)
        y = resonate(source, cascade(formants, _BANDWIDTHS_HZ, self.tilt_hz, self.stretch))
        return fade(y / peak(y), 0.02, 0.08)


# A wide-open jaw lifts F1 far above speech (Joliveau, Smith & Wolfe 2004, J. Acoust. Soc. Am.
# 116). Within plausible ranges the figures were searched at random for what YAMNet, the network
# that is to hear them, hears most surely in several renderings. Glottis takes its figures in
# the order in which it declares them.
_SCREAM = Cry(
    1.8,
    ((0.0, 970.0), (0.2, 1320.0), (0.65, 1290.0), (1.0, 930.0)),
    formants_hz=(1180.0, 1860.0, 2860.0),
    formants_end_hz=(1090.0, 1770.0, 2900.0),
    glottis=Glottis(0.62, 0.68, 0.052, 0.24, 0.61, 0.10, 0.17, 118.0),
    unrest=0.028,
    tilt_hz=3900.0,
)
_LAST_SCREAM = Cry(
    2.0,
    ((0.0, 815.0), (0.2, 1165.0), (0.65, 1220.0), (1.0, 930.0)),
    formants_hz=(1300.0, 1680.0, 2740.0),
    formants_end_hz=(1190.0, 1590.0, 2900.0),
    glottis=Glottis(0.52, 0.68, 0.028, 0.16, 0.44, 0.10, 0.60, 95.0),
    unrest=0.023,
    tilt_hz=3700.0,
)
_SHOUTED_VOWEL = Cry(  # of "help": it closes into the /l/
    1.1,
    ((0.0, 450.0), (0.25, 605.0), (0.6, 600.0), (1.0, 377.0)),
    loudness=((0.0, 0.4), (0.1, 1.0), (0.7, 0.95), (0.92, 0.5), (1.0, 0.15)),
    formants_hz=(990.0, 1580.0, 2850.0),
    formants_end_hz=(560.0, 1010.0, 2850.0),
    glottis=Glottis(0.49, 0.68, 0.066, 0.21, 0.01, 0.15, 0.11, 116.0),
    unrest=0.009,
    tilt_hz=1080.0,
)
_WAIL = Cry(
    1.15,
    ((0.0, 400.0), (0.2, 500.0), (0.6, 445.0), (1.0, 320.0)),
    formants_hz=(1145.0, 2270.0, 2950.0),
    formants_end_hz=(935.0, 2030.0, 2900.0),
    glottis=Glottis(0.44, 0.68, 0.029, 0.15, 0.03, 0.21, 0.62, 99.0),
    unrest=0.019,
    tilt_hz=2700.0,
    stretch=1.18,
)
# Babies cry at 400 to 600 Hz, rising and falling within about a second (Wasz-Höckert et al.
# 1968, The Infant Cry).
_INFANT = Cry(
    1.0,
    ((0.0, 380.0), (0.2, 500.0), (0.6, 480.0), (1.0, 360.0)),
    formants_hz=(1150.0, 3000.0, 4700.0),
    formants_end_hz=(1000.0, 2800.0, 4700.0),
    glottis=Glottis(0.5, 0.68, 0.010, 0.08, 0.05, 0.08, 0.10, 60.0),
    unrest=0.02,
    tilt_hz=5000.0,
    stretch=1.7,  # a tract of 8 to 10 cm
)


def scream(rng: np.random.Generator) -> Signal:
    """A scream of terror: up, held, and breaking off."""
    return _SCREAM.sound(rng)


def last_scream(rng: np.random.Generator) -> Signal:
    """Another, rougher and longer."""
    return _LAST_SCREAM.sound(rng)


def shout_help(rng: np.random.Generator) -> Signal:
    """“Help!”, shouted: breath, a long rough vowel, a burst of /p/."""
    breath = fade(rng.standard_normal(samples(0.09)), 0.05, 0.03)
    burst = fade(rng.standard_normal(samples(0.03)), 0.001, 0.028)
    closed = np.zeros(samples(0.06))
    return np.concatenate([0.05 * breath, _SHOUTED_VOWEL.sound(rng), closed, 0.05 * burst])


def sob(rng: np.random.Generator) -> Signal:
    """A wail that falls, and a shaky breath in."""
    n = samples(0.4)
    shaking = 0.6 + 0.4 * np.sin(2 * np.pi * 9.0 * np.arange(n) / SAMPLE_RATE)
    throat = cascade(
        np.tile([700.0, 1700.0, 2800.0], (len(shapes(n)), 1)), 2 * _BANDWIDTHS_HZ, 6000.0, 1.15
    )
    gasp = fade(resonate(rng.standard_normal(n) * shaking, throat), 0.1, 0.1)
    return np.concatenate([_WAIL.sound(rng), 0.12 * gasp / peak(gasp)])


def infant(rng: np.random.Generator) -> Signal:
    """One cry of a baby."""
    return _INFANT.sound(rng)
