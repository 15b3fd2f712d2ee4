"""What happens in the scene, and when."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from daemon.audio.scene import cries, sounds
from daemon.audio.scene.glottis import Glottis
from daemon.audio.scene.voice import Voice
from daemon.audio.scene.waveform import Signal

Maker = Callable[[np.random.Generator], Signal]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the scene.

    Attributes:
        start_s: where it begins, seconds from the start of the scene.
        end_s: where it ends, which is where the next one begins.
        label: what is to be heard.
        distress: whether that is a person in distress.
    """

    start_s: float
    end_s: float
    label: str
    distress: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """A sound that begins at ``at_s`` (scene time) and peaks at ``peak_dbfs``."""

    at_s: float
    peak_dbfs: float
    make: Maker


_HE = Voice(112.0)
_SHE = Voice(195.0, stretch=1.15, tilt_hz=2200.0, glottis=Glottis(open_quotient=0.68, breath=0.07))
_LAUGHING = Voice(
    179.0,
    span=0.46,
    tempo=0.92,
    tilt_hz=2290.0,
    glottis=Glottis(0.60, 0.68, 0.036, 0.19, 0.13, 0.15, 0.12),
    mouth=1.36,
)


def _says(voice: Voice, line: str) -> Maker:
    return partial(voice.say, line)


# A part ends late enough for the room to have gone quiet, so that what follows is only itself.
TIMELINE: tuple[Part, ...] = (
    Part(0.0, 4.0, "quiet room"),
    Part(4.0, 10.5, "speech, calm"),
    Part(10.5, 14.5, "water poured"),
    Part(14.5, 20.5, "guitar"),
    Part(20.5, 23.0, "laughter"),
    Part(23.0, 25.0, "quiet room"),
    Part(25.0, 27.6, "scream", distress=True),
    Part(27.6, 33.5, "quiet room"),
    Part(33.5, 42.0, "conversation, calm"),
    Part(42.0, 44.0, "quiet room"),
    Part(44.0, 48.9, "shouting for help", distress=True),
    Part(48.9, 52.6, "sobbing", distress=True),
    Part(52.6, 55.4, "scream", distress=True),
    Part(55.4, 61.0, "quiet room"),
    Part(61.0, 65.0, "infant crying", distress=True),
    Part(65.0, 75.0, "quiet room"),
)
DURATION_S = TIMELINE[-1].end_s

AIR_DBFS = -63.0  # rms
CUES: tuple[Cue, ...] = (
    Cue(0.0, -48.0, partial(sounds.clock, DURATION_S)),
    # We were away a year ago. The water is warm now. Come and sit by the window.
    Cue(4.2, -15.0, _says(_HE, "w iy1 w er ax w ey1 ax y iy1 r ax g ow1")),
    Cue(6.3, -15.0, _says(_HE, "dh ax w ao1 t er ih z w ao1 r m n aw1")),
    Cue(8.3, -15.0, _says(_HE, "k ah1 m ax n s ih1 t b ay dh ax w ih1 n d ow")),
    Cue(10.9, -26.0, partial(sounds.water, 3.4)),
    Cue(14.7, -20.0, partial(sounds.guitar, 5.3)),
    Cue(20.7, -15.0, _says(_LAUGHING, "hh ah1 hh ah1 hh ah1 hh ah hh ah hh ah")),
    Cue(25.2, -4.5, cries.scream),
    # Hello, how are you? I am well, I was in the garden. Will you have some tea? No, in a moment.
    Cue(33.8, -15.0, _says(_SHE, "hh ax l ow1 _ hh aw1 aa r y uw1?")),
    Cue(35.7, -15.0, _says(_HE, "ay1 ae m w eh1 l _ ay w ah z ih n dh ax g aa1 r d ax n")),
    Cue(38.3, -15.0, _says(_SHE, "w ih l y uw hh ae1 v s ah m t iy1?")),
    Cue(40.0, -15.0, _says(_HE, "n ow1 _ ih n ax m ow1 m ax n t")),
    Cue(44.2, -9.0, cries.shout_help),
    Cue(45.8, -8.0, cries.shout_help),
    Cue(47.3, -7.0, cries.shout_help),
    Cue(48.9, -12.0, cries.sob),
    Cue(50.6, -12.0, cries.sob),
    Cue(52.7, -4.5, cries.last_scream),
    Cue(61.2, -12.0, cries.infant),
    Cue(62.4, -11.0, cries.infant),
    Cue(63.6, -12.0, cries.infant),
)
