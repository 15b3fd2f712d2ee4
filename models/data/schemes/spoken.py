"""Spoken commands and read speech: EmoSpeech Command (India), LibriSpeech."""

import re
from pathlib import Path

from models.data.schemes.scheme import Named, Scheme

_EMOTIONS = {name: name for name in ("calm", "fearful", "angry", "happy")} | {"None": "none"}
# What was gathered over the web names its contributors; field recordings are by a few people.
_OVER_THE_WEB = "webservice"
_SHORT = 12


def _emospeech(found: re.Match[str], _folder: Path) -> Named:
    contributor = found["contributor"]
    web = found["place"] == _OVER_THE_WEB
    return Named(
        _EMOTIONS[found["emotion"]],
        f"es_{contributor[:_SHORT]}" if web else contributor,
        found["environment"],
        found["keyword"],
    )


def _librispeech(found: re.Match[str], _folder: Path) -> Named:
    return Named("speech", f"ls{found['speaker']}")


EMOSPEECH = Scheme(
    "emospeech_in",
    "House/bacho-scream-fearful-20190729190923-d14a028c….wav",
    re.compile(
        r"(?:(?P<place>\w+)/)?(?P<keyword>[a-z]+)-(?P<environment>[a-z ]+)-(?P<emotion>\w+)"
        r"-(?:\d{13,14}|\?\?)-(?P<contributor>[0-9a-f]{40,64})$"
    ),
    _emospeech,
)
LIBRISPEECH = Scheme(
    "librispeech",
    "test-other/2033/164914/2033-164914-0000.flac",
    re.compile(r"(?:^|/)(?P<speaker>\d+)-\d+-\d{4}$"),
    _librispeech,
)
