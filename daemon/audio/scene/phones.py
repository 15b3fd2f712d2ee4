"""The sounds of English that the scene's voices can say, in ARPAbet.

Formants of vowels: Hillenbrand, Getty, Clark & Wheeler (1995, J. Acoust. Soc. Am. 97), men.
Consonants: Klatt (1980), tables II and III. Durations: close to Klatt (1976, J. Acoust. Soc.
Am. 59), stressed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phone:
    """One target of the mouth and what sounds through it.

    Attributes:
        formants: F1, F2, F3 in Hz; None takes those of the next phone that has some.
        seconds: inherent duration.
        voicing: amplitude of the folds, 0 to 1.
        aspiration: noise at the folds.
        frication: noise at a constriction.
        noise_hz: where that noise is strongest.
        octaves: how wide it is.
    """

    formants: tuple[float, float, float] | None
    seconds: float
    voicing: float = 1.0
    aspiration: float = 0.0
    frication: float = 0.0
    noise_hz: float = 4000.0
    octaves: float = 0.5


def _vowel(f1: float, f2: float, f3: float, seconds: float) -> tuple[Phone, ...]:
    return (Phone((f1, f2, f3), seconds),)


def _glide(
    start: tuple[float, float, float], end: tuple[float, float, float], seconds: float
) -> tuple[Phone, ...]:
    return (Phone(start, 0.55 * seconds), Phone(end, 0.45 * seconds))


def _stop(
    locus: tuple[float, float, float], noise_hz: float, octaves: float, burst: float, voiced: bool
) -> tuple[Phone, ...]:
    """Closure, burst and, where the folds are late, aspiration into the vowel."""
    closure = Phone(locus, 0.060, 0.12 if voiced else 0.0)
    release = Phone(locus, 0.014, 0.2 if voiced else 0.0, 0.0, burst, noise_hz, octaves)
    if voiced:
        return (closure, release)
    return (closure, release, Phone(None, 0.034, 0.0, 0.30))


_AH = (623.0, 1200.0, 2550.0)
_AA = (768.0, 1333.0, 2522.0)
_IH = (427.0, 2034.0, 2684.0)
_UH = (469.0, 1122.0, 2434.0)
_LABIAL, _ALVEOLAR, _VELAR = (
    (300.0, 900.0, 2200.0),
    (300.0, 1700.0, 2650.0),
    (300.0, 1800.0, 2200.0),
)

PHONES: dict[str, tuple[Phone, ...]] = {
    "iy": _vowel(342, 2322, 3000, 0.14),
    "ih": _vowel(*_IH, 0.10),
    "eh": _vowel(580, 1799, 2605, 0.12),
    "ae": _vowel(588, 1952, 2601, 0.17),
    "ah": _vowel(*_AH, 0.11),
    "ax": _vowel(500, 1400, 2500, 0.06),
    "aa": _vowel(*_AA, 0.18),
    "ao": _vowel(652, 997, 2538, 0.18),
    "uh": _vowel(*_UH, 0.11),
    "uw": _vowel(378, 997, 2343, 0.15),
    "er": _vowel(474, 1379, 1710, 0.15),
    "ey": _glide((480, 2000, 2600), (380, 2250, 2850), 0.17),
    "ow": _glide((520, 980, 2500), (400, 850, 2400), 0.17),
    "ay": _glide(_AA, _IH, 0.20),
    "aw": _glide(_AA, _UH, 0.21),
    "w": (Phone((290, 610, 2150), 0.07, 0.75),),
    "y": (Phone((260, 2070, 3020), 0.07, 0.75),),
    "r": (Phone((310, 1060, 1380), 0.07, 0.75),),
    "l": (Phone((310, 1050, 2880), 0.07, 0.70),),
    "m": (Phone((260, 1070, 2200), 0.075, 0.45),),
    "n": (Phone((260, 1500, 2500), 0.065, 0.45),),
    "ng": (Phone((260, 1900, 2400), 0.07, 0.45),),
    "hh": (Phone(None, 0.06, 0.10, 0.35),),
    "v": (Phone((220, 1100, 2080), 0.06, 0.55, 0.0, 0.06, 3500, 1.6),),
    "dh": (Phone((270, 1290, 2540), 0.05, 0.60, 0.0, 0.05, 4500, 1.4),),
    "z": (Phone((240, 1390, 2530), 0.08, 0.45, 0.0, 0.30, 5600, 0.35),),
    "f": (Phone((340, 1100, 2080), 0.09, 0.0, 0.05, 0.10, 4000, 1.6),),
    "th": (Phone((320, 1290, 2540), 0.09, 0.0, 0.05, 0.08, 5000, 1.2),),
    "s": (Phone((320, 1390, 2530), 0.10, 0.0, 0.02, 0.45, 5600, 0.32),),
    "sh": (Phone((300, 1840, 2750), 0.11, 0.0, 0.04, 0.50, 3200, 0.45),),
    "b": _stop(_LABIAL, 900, 1.5, 0.25, voiced=True),
    "d": _stop(_ALVEOLAR, 4000, 0.8, 0.45, voiced=True),
    "g": _stop(_VELAR, 2000, 0.5, 0.45, voiced=True),
    "p": _stop(_LABIAL, 900, 1.5, 0.35, voiced=False),
    "t": _stop(_ALVEOLAR, 4200, 0.8, 0.65, voiced=False),
    "k": _stop(_VELAR, 2000, 0.5, 0.60, voiced=False),
    "_": (Phone(None, 0.12, 0.0),),
}
