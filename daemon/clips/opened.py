"""A clip that somebody with the key listens to."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import soundfile

from daemon.clips.folder import Clip
from daemon.clips.seal import unsealed
from daemon.errors import ClipError


@dataclass(frozen=True, slots=True)
class Opened:
    """What was in a clip.

    Attributes:
        flac: the file.
        seconds: its length.
        comment: what is missing in it, in words.
    """

    flac: bytes
    seconds: float
    comment: str


def open_clip(clip: Clip, identities: Sequence[Any]) -> Opened:
    """Decrypt ``clip``.

    Raises:
        ClipError: it is gone, was made for another key, or is damaged.
    """
    try:
        sealed = clip.path.read_bytes()
    except OSError as error:
        raise ClipError(f"The clip {clip.path} cannot be read ({error.strerror}).") from error
    flac = unsealed(sealed, identities, f"The clip of alert {clip.alert}")
    try:
        with soundfile.SoundFile(io.BytesIO(flac)) as sound:
            return Opened(flac, sound.frames / sound.samplerate, sound.comment)
    except soundfile.LibsndfileError as error:
        raise ClipError(
            f"What is in the clip of alert {clip.alert} is no sound ({error}).",
            "It was not written by distressd.",
        ) from error
