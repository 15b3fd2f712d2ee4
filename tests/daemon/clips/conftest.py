"""A ring that a test writes, and a recorder that listens to it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from daemon.audio.ring import Ring
from daemon.clips.folder import Clip, ClipFolder
from daemon.clips.identity import make_identity, read_identities
from daemon.clips.opened import open_clip
from daemon.clips.recorder import Recorder
from daemon.clips.seal import unsealed
from daemon.config.schema import Clips
from daemon.health import Health
from daemon.wire.alert import AlertEvent
from daemon.wire.base import rfc3339

RATE = 16_000
WALL = 1_790_000_000.0  # of sample 0
PATIENCE_S = 60.0


@dataclass
class Key:
    """A key and its public half."""

    path: Path
    recipient: str

    def hear(self, clip: Clip) -> np.ndarray:
        """The samples of ``clip``."""
        import io

        import soundfile

        sealed = clip.path.read_bytes()
        flac = unsealed(sealed, read_identities(self.path), "it")
        return soundfile.read(io.BytesIO(flac), dtype="int16")[0]

    def comment(self, clip: Clip) -> str:
        """What it says is missing."""
        return open_clip(clip, read_identities(self.path)).comment


@pytest.fixture
def key(tmp_path: Path) -> Key:
    path = tmp_path / "elsewhere" / "clips.key"
    return Key(path, make_identity(path))


class Room:
    """Noise that is played to a recorder, and alerts that it is told of.

    Attributes:
        wall: wall time of the first sample.
        ring: where it is.
        recorder: which listens.
        folder: what it kept.
        health: what it says of itself.
        played: everything, int16.
    """

    wall = WALL

    def __init__(self, state: Path, config: Clips, ring_s: float = 30.0, **more) -> None:
        self.ring = Ring(round(ring_s * RATE))
        self.health = Health()
        self.folder = ClipFolder(state)
        self.recorder = Recorder(
            config, self.ring, state, self.health, clock=lambda: WALL + 1e3, **more
        )
        self.played = np.empty(0, np.int16)
        self._random = np.random.default_rng(1)

    def play(self, seconds: float) -> None:
        """Loud noise, no two seconds alike."""
        pcm = (self._random.standard_normal(round(seconds * RATE)) * 8_000).astype(np.int16)
        self.played = np.concatenate((self.played, pcm))
        self.ring.write((pcm / np.float32(32_768)).astype(np.float32))

    def tell(self, name: str, phase: str, at_s: float, level: str = "warning", **changes) -> None:
        """An event of the alert ``name``, of the moment ``at_s`` of the stream."""
        event = {
            "time": rfc3339(WALL + at_s),
            "stream_s": at_s,
            "id": name,
            "phase": phase,
            "kind": "scream",
            "level": level,
            "score": 0.8,
            "evidence": {},
            "emotions": (),
            "sounds": (),
            "why": "A scream.",
            "source": "mic",
            "onset_s": at_s,
            "reason": "ended" if phase == "cleared" else None,
        }
        self.recorder.submit(AlertEvent(**event | changes))

    def span(self, start_s: float, end_s: float) -> np.ndarray:
        """What was played from ``start_s`` to ``end_s``."""
        return self.played[round(start_s * RATE) : round(end_s * RATE)]

    def clips(self, count: int) -> list[Clip]:
        """Await so many."""
        deadline = time.monotonic() + PATIENCE_S
        while len(found := self.folder.clips()) < count:
            assert time.monotonic() < deadline, self.health.part("clips")
            time.sleep(0.01)  # files of another thread: there is no event to await
        return found


@pytest.fixture
def open_room(
    tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Room]]:
    """Makes rooms, and stops their recorders at the end."""
    monkeypatch.setattr("daemon.clips.recorder.LOOK_S", 0.02)
    rooms: list[Room] = []
    own = tmp_path / "state"
    own.mkdir(mode=0o700)

    def make(
        ring_s: float = 30.0,
        never: str = "",
        start: bool = True,
        state: Path = own,
        **settings,
    ) -> Room:
        wanted = {"enabled": True, "recipients": (key.recipient,), "before_s": 2.0, "after_s": 1.0}
        room = Room(state, Clips(**wanted | settings), ring_s, never=never)
        if start:
            room.recorder.start()
        rooms.append(room)
        return room

    yield make
    for room in rooms:
        room.recorder.stop()
