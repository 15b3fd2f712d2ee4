"""Clips in the state folder: ``clips/START_LENGTHs_ALERT.flac.age``, each whole or not there.

The name says when it was and of which alert it is; all else is sealed.
"""

import contextlib
import logging
import math
import os
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from daemon.errors import ClipError
from daemon.store.disk import sync_through
from daemon.store.retention import SECONDS_PER_DAY, Allowance

logger = logging.getLogger(__name__)

FOLDER = "clips"
_DRAFT = ".draft-"
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"(\d{8}T\d{6}Z)_(\d{1,5})s_([\w-]{1,64})\.flac\.age", re.ASCII)


@dataclass(frozen=True, slots=True)
class Clip:
    """One file.

    Attributes:
        alert: the alert's id.
        began: wall time of its first sample, seconds since 1970, rounded down to a second.
        seconds: its length, rounded up.
        size: bytes.
        path: where it is.
    """

    alert: str
    began: float
    seconds: int
    size: int
    path: Path

    @property
    def ended(self) -> float:
        """Wall time after its last sample; up to a second late, for both were rounded."""
        return self.began + self.seconds + 1


@dataclass(frozen=True, slots=True)
class Span:
    """What is to be forgotten.

    Attributes:
        since: wall time, seconds since 1970.
        until: the same.
        alerts: these, too, whenever they were.
    """

    since: float
    until: float
    alerts: frozenset[str] = frozenset()

    def has(self, alert: str, began: float, ended: float) -> bool:
        """Whether any part of the sound of ``alert`` lies in it."""
        return alert in self.alerts or (began < self.until and ended > self.since)


class ClipFolder:
    """Every clip of a daemon.

    Args:
        state: the state folder.
        clock: wall time, seconds since 1970; it may be wrong.
        steady: seconds of running, which no one can set.
    """

    def __init__(
        self,
        state: Path,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = state / FOLDER
        self._clock = clock
        self._allowance = Allowance(steady)

    def clips(self) -> list[Clip]:
        """All of them, the oldest first.

        Raises:
            ClipError: the folder cannot be read.
        """
        try:
            with os.scandir(self.path) as entries:
                found = [_clip(entry) for entry in entries]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ClipError(
                f"{self.path} cannot be read ({error.strerror}).",
                "Make it a folder of this user, or move it away.",
            ) from error
        clips = [clip for clip in found if clip is not None]
        return sorted(clips, key=lambda clip: (clip.began, clip.alert))

    def find(self, alert: str) -> Clip:
        """The clip of ``alert``: its id, or how that begins.

        Raises:
            ClipError: there is none, or more than one.
        """
        found = [clip for clip in self.clips() if clip.alert.startswith(alert)]
        exact = [clip for clip in found if clip.alert == alert] or found
        if len(exact) != 1 or not alert:
            raise ClipError(
                f"There is no clip of an alert {alert!r}, or more than one begins so.",
                "`distressd clips list` lists them.",
            )
        return exact[0]

    def write(self, alert: str, began: float, seconds: float, sealed: bytes) -> Clip:
        """Keep a clip: after this it outlives a power failure.

        Raises:
            OSError: it cannot be written; nothing of it is left.
        """
        moment = datetime.fromtimestamp(math.floor(began), UTC)
        name = f"{moment.strftime(_STAMP)}_{math.ceil(seconds)}s_{alert}.flac.age"
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{alert!r} makes no name of a clip")
        self.path.mkdir(mode=0o700, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=self.path, prefix=_DRAFT)  # mode 0600
        path = self.path / name
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed)
                file.flush()
                sync_through(file.fileno())
            Path(draft).replace(path)
        except OSError:
            with contextlib.suppress(OSError):  # what is wrong is raised already
                Path(draft).unlink(missing_ok=True)
            raise
        _sync(self.path)
        return Clip(alert, moment.timestamp(), math.ceil(seconds), len(sealed), path)

    def remove_drafts(self) -> None:
        """Remove what a killed daemon had begun to write. Only where no daemon runs.

        Raises:
            OSError: it cannot be removed.
        """
        for draft in self.path.glob(f"{_DRAFT}*"):
            draft.unlink(missing_ok=True)

    def forget(self, span: Span) -> None:
        """Remove every clip of which any part lies in ``span``.

        Raises:
            ClipError: not everything can be removed.
        """
        remove([clip for clip in self.clips() if span.has(clip.alert, clip.began, clip.ended)])

    def tidy(self, retention_days: int, max_bytes: int) -> int:
        """Remove what is too old, and the oldest while there is too much; the newest stays.

        By age, a day of clips goes in an hour at most, so that a wrong clock empties nothing.

        Returns:
            Bytes that are left.

        Raises:
            ClipError: something cannot be removed, or the folder cannot be read.
        """
        clips = self.clips()
        if not clips:
            return 0
        kept_from = self._clock() - retention_days * SECONDS_PER_DAY
        allowed = self._allowance.until(clips[0].ended)
        old = [clip for clip in clips if clip.ended < min(kept_from, allowed)]
        left = [clip for clip in clips if clip not in old]
        size = sum(clip.size for clip in left)
        beyond: list[Clip] = []
        while size > max_bytes and len(left) > 1:
            beyond.append(left.pop(0))
            size -= beyond[-1].size
        if beyond:
            logger.warning(
                "Clips: more than %d MB, so the %d oldest go before their time; [clips] max_mb sets"
                " how much they may take",
                max_bytes // 10**6,
                len(beyond),
            )
        remove([*old, *beyond])
        return size


def remove(clips: list[Clip]) -> None:
    """Remove ``clips`` for good.

    Raises:
        ClipError: not all of them can be removed.
    """
    for clip in clips:
        try:
            clip.path.unlink(missing_ok=True)
        except OSError as error:
            raise ClipError(
                f"The clip {clip.path} cannot be removed ({error.strerror}).",
                f"Let this user write to {clip.path.parent}, and try again.",
            ) from error
    if clips:
        with contextlib.suppress(OSError):  # gone is gone; only when the disk knows is at stake
            _sync(clips[0].path.parent)


def _clip(entry: "os.DirEntry[str]") -> Clip | None:
    """The clip that ``entry`` is; None for drafts and whatever else lies there."""
    found = _NAME.fullmatch(entry.name)
    if found is None:
        return None
    try:
        began = datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC).timestamp()
        status = entry.stat(follow_symlinks=False)
    except (ValueError, FileNotFoundError):  # no such day; removed between the two looks
        return None
    return Clip(found[3], began, int(found[2]), status.st_size, Path(entry.path))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        sync_through(descriptor)
    finally:
        os.close(descriptor)
