"""What differs between two configurations, and what of it can change while the daemon runs."""

from dataclasses import dataclass
from typing import Any

from daemon.config.schema import Config

LIVE = frozenset({"fusion", "quiet_hours", "notify", "privacy", "clips", "log"})


@dataclass(frozen=True, slots=True)
class Changes:
    """Settings that differ, as ``[section] name``.

    Attributes:
        live: take effect at once.
        waiting: take effect at the next start.
    """

    live: tuple[str, ...]
    waiting: tuple[str, ...]


def changes(old: Config, new: Config) -> Changes:
    """What ``new`` changes."""
    live: list[str] = []
    waiting: list[str] = []
    before, after = old.model_dump(), new.model_dump()
    for section, settings in after.items():
        for name in _differing(before[section], settings):
            told = f"[{section}] {name}" if name else section
            (live if section in LIVE else waiting).append(told)
    return Changes(tuple(live), tuple(waiting))


def merged(old: Config, new: Config) -> Config:
    """``old`` with what ``new`` changes at once."""
    return old.model_copy(update={section: getattr(new, section) for section in LIVE})


def _differing(old: Any, new: Any) -> list[str]:
    if not isinstance(new, dict):
        return [""] if old != new else []
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
