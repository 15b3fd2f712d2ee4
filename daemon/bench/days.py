"""Days of sound, a minute at a time: a quiet home, and every so often the demonstration scene."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.features.constants import SAMPLE_RATE

MINUTE = 60 * SAMPLE_RATE
SCENE_EVERY = 10  # minutes; the scene is a little longer than one and is cut to it
NIGHT_DB, DAY_DB = -68.0, -52.0  # of the room, by turns through each day
_HUM_HZ, _HUM_SHARE = 50.0, 0.3


def minutes(scene: NDArray[np.float32], hours: float) -> Iterator[bytes]:
    """``hours`` of 16 kHz mono signed 16-bit PCM, in minutes; no two quiet ones are the same."""
    rng = np.random.default_rng(7)
    time_s = np.arange(2 * MINUTE) / SAMPLE_RATE
    hum = _HUM_SHARE * np.sin(2 * np.pi * _HUM_HZ * time_s)
    room = (rng.standard_normal(2 * MINUTE) + hum).astype(np.float32)
    for minute in range(max(1, round(hours * 60))):
        if minute % SCENE_EVERY == SCENE_EVERY // 2:
            sound = scene[:MINUTE]
        else:
            start = int(rng.integers(0, MINUTE))
            sound = room[start : start + MINUTE] * np.float32(10.0 ** (_room_db(minute) / 20.0))
        yield pcm(sound)


def pcm(sound: NDArray[np.float32]) -> bytes:
    """What ``distressd run --source stdin`` reads."""
    return (np.clip(sound, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


def _room_db(minute: int) -> float:
    """Quiet at midnight, loudest at noon."""
    day = minute / 1440.0
    return NIGHT_DB + (DAY_DB - NIGHT_DB) * float(np.sin(np.pi * (day % 1.0)))
