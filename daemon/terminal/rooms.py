"""Every daemon that tells one broker, a line each."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

MOST_ROOMS = 256  # a broker may be open to many; that there are more is said
LONGEST = 200  # characters of a word or a sentence
COLOURS = {"advisory": "cyan", "warning": "yellow", "critical": "red"}
RANK = ("critical", "warning", "advisory")
WORDS = ("alert", "level", "kind", "why", "source", "liveness", "reason", "paused", "paused_until")


@dataclass
class Room:
    """What one daemon has said of itself last."""

    online: bool = False
    state: dict[str, str] = field(default_factory=dict)

    @property
    def level(self) -> str:
        """Of its gravest open alert, or nothing."""
        open_now = self.online and self.state.get("alert") == "ON"
        return self.state.get("level", "") if open_now else ""


class Rooms:
    """What came by MQTT below one prefix, whoever wrote it.

    Args:
        prefix: ``distressd``, where nobody has set another.
    """

    def __init__(self, prefix: str) -> None:
        self.rooms: dict[str, Room] = {}
        self.link = "Connecting…"
        self.others = False
        self._prefix = prefix

    @property
    def topics(self) -> tuple[str, ...]:
        """What is to be subscribed to."""
        return f"{self._prefix}/+/availability", f"{self._prefix}/+/state"

    def take(self, topic: str, payload: bytes) -> None:
        """Note what came on ``topic``."""
        name, _, what = topic.removeprefix(f"{self._prefix}/").partition("/")
        if name not in self.rooms and len(self.rooms) >= MOST_ROOMS:
            self.others = True
            return
        room = self.rooms.setdefault(name, Room())
        if what == "availability":
            room.online = payload == b"online"
        elif what == "state":
            room.state = _words(payload)

    def picture(self) -> RenderableType:
        """A line for each, the gravest first."""
        table = Table.grid(padding=(0, 2))
        for name, room in sorted(self.rooms.items(), key=_gravest_first):
            table.add_row(Text(plain(name), style="bold"), *_line(room))
        if not self.rooms:
            table.add_row("No daemon has told this broker anything yet.")
        if self.others:
            table.add_row(Text(f"… and others: {MOST_ROOMS} are shown", style="bright_black"))
        return Panel(table, title="rooms", title_align="left", subtitle=Text(self.link))

    def stored(self) -> dict[str, dict[str, Any]]:
        """The same as JSON values, by room."""
        return {
            plain(name): {"online": room.online, **room.state}
            for name, room in sorted(self.rooms.items())
        }


def plain(text: str) -> str:
    """``text`` without what a terminal would take for a command."""
    return "".join(one if one.isprintable() else " " for one in text)[:LONGEST]


def _words(payload: bytes) -> dict[str, str]:
    try:
        told = json.loads(payload)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        return {"reason": "what it says cannot be read"}
    return {word: plain(str(told[word])) for word in WORDS if told.get(word) not in (None, "")}


def _gravest_first(item: tuple[str, Room]) -> tuple[int, bool, str]:
    name, room = item
    rank = RANK.index(room.level) if room.level in RANK else len(RANK)
    return rank, room.online, name


def _line(room: Room) -> tuple[Text, Text]:
    state = room.state
    if not room.online:
        return Text("gone", style="bold red"), Text("It has stopped, or cannot reach the broker.")
    if room.level:
        kind = state.get("kind", "").replace("_", " ")
        return (
            Text(f"{room.level} {kind}", style=f"bold {COLOURS.get(room.level, 'red')}"),
            Text(state.get("why", ""), overflow="ellipsis", no_wrap=True),
        )
    if state.get("paused") == "ON":
        return Text("paused", style="yellow"), Text(
            f"until {_clock(state.get('paused_until', ''))}"
        )
    liveness = state.get("liveness", "unknown").replace("_", " ")
    style = "green" if state.get("source") == "ok" else "bold red"
    return Text(liveness, style=style), Text(state.get("reason", ""))


def _clock(moment: str) -> str:
    try:
        return datetime.fromisoformat(moment).astimezone().strftime("%H:%M")
    except ValueError:
        return moment
