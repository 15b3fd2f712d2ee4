"""A recording as the source."""

from pathlib import Path

from daemon.audio.pace import Pace
from daemon.audio.played import Blocks, PlayedSource
from daemon.audio.recording import Recording
from daemon.health import Health


class FileSource(PlayedSource):
    """Plays the recording at ``path`` once, and ends."""

    def __init__(self, path: Path, pace: Pace, health: Health) -> None:
        super().__init__("file", str(path), pace, health)
        self._path = path
        self._recording: Recording | None = None

    def open(self) -> Blocks:
        """Open the recording; a RecordingError says what is wrong with it."""
        self._recording = Recording(self._path)
        return self._blocks(self._recording)

    def figures(self) -> dict[str, float]:
        """Its duration, and how many samples were no numbers."""
        if self._recording is None:
            return {}
        return {
            "duration_s": self._recording.duration_s,
            "replaced_samples": self._recording.replaced,
        }

    @staticmethod
    def _blocks(recording: Recording) -> Blocks:
        with recording:
            yield from recording.blocks()
