"""The daemon, whose language worker never runs dry: ``python -m daemon.bench.fed FOLDER run …``.

Beside what the daemon hears, its queue is kept full of the utterances in ``FOLDER``; what became of
them it leaves there when it ends.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from daemon import service
from daemon.bench.feeding import Feeding
from daemon.cli import main
from daemon.config.schema import Language
from daemon.health import Health
from daemon.language.lane import LanguageLane

PROGRAM: Final = "daemon.bench.fed"
SPEECH: Final = "speech.npz"
FIGURES: Final = "fed.json"


def store_speech(folder: Path, speech: Sequence[NDArray[np.float32]]) -> None:
    """Leave ``speech``, each (n,) at 16 kHz, where the program looks for it."""
    numbered = {f"{number:04d}": sound for number, sound in enumerate(speech)}
    np.savez(folder / SPEECH, **numbered)  # type: ignore[arg-type] # its other words are flags


def figures(folder: Path) -> dict[str, Any]:
    """What became of the utterances, once the program has ended."""
    found: dict[str, Any] = json.loads((folder / FIGURES).read_text())
    return found


def _feed(folder: Path) -> None:
    """Have every lane that the daemon makes kept full."""
    with np.load(folder / SPEECH) as stored:
        speech = [stored[name] for name in sorted(stored.files)]

    class FedLane(LanguageLane):
        def __init__(self, config: Language, health: Health, *, lossless: bool = False) -> None:
            super().__init__(config, health, lossless=lossless)
            self._feeding = Feeding(self, config.queue, speech)

        def start(self) -> None:
            super().start()
            self._feeding.start()

        def stop(self) -> None:
            (folder / FIGURES).write_text(json.dumps(self._feeding.stop()))
            super().stop()

    service.LanguageLane = FedLane  # type: ignore[attr-defined]


if __name__ == "__main__":
    _feed(Path(sys.argv.pop(1)))
    main()
