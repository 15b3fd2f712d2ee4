"""When people are told of the daemon itself: that it does not hear, or cannot keep what it hears.

An alarm that has stopped listening is worse than none. Pure: it is shown every part's health now
and then, and says what is news.
"""

from collections.abc import Mapping
from typing import Final

from daemon.health import PartHealth
from daemon.notify.notice import Notice

STORE_S: Final = 10.0  # of a store that cannot be written: a lock comes and goes
FLOW_S: Final = 10.0  # of sound that is not decided upon: a machine may stand still for a moment
BACK_S: Final = 10.0  # of a microphone: one that opens and stalls again and again is not back
CHANNEL_S: Final = 600.0  # of a channel: a service that is down for minutes is everyday
_TITLES: Final = {
    "source": "distressd hears nothing",
    "flow": "distressd is stuck and raises no alert",
    "store": "distressd cannot keep its alerts",
    "serve": "distressd cannot be reached by other programs",
    "config": "distressd keeps its old configuration",
}
_BACK: Final = {
    "source": "distressd hears again",
    "flow": "distressd goes on",
    "store": "distressd keeps its alerts again",
    "serve": "distressd can be reached again",
}


class Faults:
    """Tells of each fault once, when it has lasted, and once when it is over."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._told: set[str] = set()
        self._aside = ""

    def look(self, parts: Mapping[str, PartHealth], now_s: float) -> list[Notice]:
        """What is news at the monotonic time ``now_s``."""
        notices = self._channels(parts, now_s)
        for name in _TITLES:
            part = parts.get(name)
            if part is None:
                continue
            over = self._is_over(name, part, now_s)
            if self._lasts(name, part, now_s):
                if name not in self._told:
                    self._told.add(name)
                    text = f"{part.reason} {part.remedy}".strip()
                    notices.append(_notice(_TITLES[name], text, name))
            elif name in self._told and over:
                self._told.remove(name)
                if name in _BACK:
                    notices.append(_notice(_BACK[name], part.reason, name))
        store = parts.get("store")
        if store is not None and store.state == "ok" and store.reason not in {"", self._aside}:
            self._aside = store.reason  # a damaged store was set aside
            notices.append(_notice("distressd has begun a new history", store.reason, "store"))
        return notices

    def _channels(self, parts: Mapping[str, PartHealth], now_s: float) -> list[Notice]:
        """Channels through which nothing has gone for a while: others may tell of it.

        That there is no desktop is how many machines are.
        """
        notices = []
        for part, health in parts.items():
            channel = part.removeprefix("notify_")
            if channel in (part, "desktop"):
                continue
            if health.state != "unavailable":
                self._since.pop(part, None)
                if part in self._told and health.state == "ok":
                    self._told.remove(part)
                    title = f"distressd reaches {channel} again"
                    notices.append(_notice(title, "What had to wait has been told.", part))
                continue
            lasts = now_s - self._since.setdefault(part, now_s) >= CHANNEL_S
            if lasts and part not in self._told:
                self._told.add(part)
                text = f"{health.reason} {health.remedy}".strip()
                notices.append(_notice(f"distressd cannot reach {channel}", text, part))
        return notices

    def _lasts(self, name: str, part: PartHealth, now_s: float) -> bool:
        """Whether ``part`` has been in a state for long enough that people are told."""
        match name:
            case "source":  # its liveness has waited already
                return part.stage == "failed" or part.state == "failed"
            case "config":
                return part.state == "degraded"
            case "serve":
                return part.state == "failed"
        if part.state == "ok":
            self._since.pop(name, None)
            return False
        lasts_s = FLOW_S if name == "flow" else STORE_S
        return now_s - self._since.setdefault(name, now_s) >= lasts_s

    def _is_over(self, name: str, part: PartHealth, now_s: float) -> bool:
        """Whether ``part`` is well, for long enough that it can be relied upon."""
        if name != "source":
            return part.state == "ok"
        if part.state != "ok" and part.stage != "failed_over":
            self._since.pop(name, None)
            return False
        return now_s - self._since.setdefault(name, now_s) >= BACK_S


def _notice(title: str, text: str, about: str) -> Notice:
    return Notice(title, text, "warning", f"the part {about}")
