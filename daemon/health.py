"""What each part of the daemon says of itself, in one place for status, wire and metrics."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

State = Literal["ok", "starting", "degraded", "unavailable", "failed", "ended", "off"]
Stage = Literal["healthy", "alarmed", "recovering", "failed_over", "failed"]
Listener = Callable[[str, "PartHealth"], None]


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part's state, why it is so, and what to do about it.

    ``stage`` and ``cause`` are a microphone's: see :mod:`daemon.audio.liveness`.
    """

    state: State
    reason: str = ""
    remedy: str = ""
    figures: MappingProxyType[str, float] = field(default_factory=lambda: MappingProxyType({}))
    stage: Stage | None = None
    cause: str = ""


class Health:
    """A thread-safe board of part name → :class:`PartHealth`.

    Parts: ``source``, ``acoustic``, ``sound_events``, ``second_ear``, ``language``, ``store``,
    ``serve``, ``notify`` and ``notify_NAME`` of each channel, ``clips``, ``config``. Listeners are
    called outside the lock, in the thread that reported, and only when a part's state, reason or
    stage changed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: dict[str, PartHealth] = {}
        self._listeners: list[Listener] = []

    def report(
        self,
        part: str,
        state: State,
        reason: str = "",
        remedy: str = "",
        figures: dict[str, float] | None = None,
        *,
        stage: Stage | None = None,
        cause: str = "",
    ) -> None:
        """Say what ``part`` is like now."""
        told = MappingProxyType(dict(figures or {}))
        new = PartHealth(state, reason, remedy, told, stage, cause)
        with self._lock:
            old = self._parts.get(part)
            self._parts[part] = new
            changed = old is None or _told(old) != _told(new)
            listeners = tuple(self._listeners) if changed else ()
        for listener in listeners:
            listener(part, new)

    def refresh(self, part: str, figures: dict[str, float]) -> None:
        """Take newer figures of ``part``; what else it said stands, and nobody is told."""
        told = MappingProxyType(dict(figures))
        with self._lock:
            if (old := self._parts.get(part)) is not None:
                self._parts[part] = replace(old, figures=told)

    def part(self, name: str) -> PartHealth:
        """The last report of ``name``; ``starting`` before its first."""
        with self._lock:
            return self._parts.get(name, PartHealth("starting"))

    def snapshot(self) -> dict[str, PartHealth]:
        """Every part's last report."""
        with self._lock:
            return dict(self._parts)

    def listen(self, listener: Listener) -> None:
        """Call ``listener(part, health)`` at every change from now on."""
        with self._lock:
            self._listeners.append(listener)


def _told(part: PartHealth) -> tuple[str, str, str | None]:
    """What listeners are told of when it changes."""
    return part.state, part.reason, part.stage
