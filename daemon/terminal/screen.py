"""One picture of what a terminal knows: meters, emotions, alerts and health."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from daemon.terminal.seen import Seen

BAR = 30
QUIETEST_DB = -80.0
SILENT_S = 2.0
SHOWN_ALERTS = 8
COLOURS = {"advisory": "cyan", "warning": "yellow", "critical": "red"}
STATES = {"ok": "green", "off": "bright_black", "failed": "red", "unavailable": "red"}
REMARKS = {"ack": "acknowledged", "false_alarm": "false alarm"}
PARTS = {
    "language": "what is said",
    "sound_events": "screams",
    "store": "memory",
    "clips": "kept sound",
}


def picture(seen: Seen) -> RenderableType:
    """Everything, as of this moment."""
    stale = seen.link != "" or time.monotonic() - seen.heard_s > SILENT_S
    return Group(
        _headline(seen, stale=stale), _meters(seen, stale=stale), _alerts(seen), _health(seen)
    )


def _headline(seen: Seen, *, stale: bool) -> Text:
    if seen.link:
        return Text(f" {seen.link}", style="bold red")
    paused = (seen.source or {}).get("paused_until")
    if paused:
        return Text(f" Paused until {_clock(paused)}.", style="bold yellow")
    if stale:
        return Text(" No sound comes in.", style="bold red")
    open_ones = [alert for alert in seen.alerts.values() if alert["phase"] != "cleared"]
    if open_ones:
        worst = max(open_ones, key=lambda alert: list(COLOURS).index(alert["level"]))
        kind = worst["kind"].replace("_", " ")
        return Text(f" {worst['level'].upper()}: {kind}", style=f"bold {COLOURS[worst['level']]}")
    return Text(" Listening.", style="bold green")


def _meters(seen: Seen, *, stale: bool) -> Panel:
    told = None if stale else seen.telemetry
    table = Table.grid(padding=(0, 2))
    score = told["score"] if told else 0.0
    level_db = told["level_db"] if told else QUIETEST_DB
    gate = "sound" if told and told["gate"] else "quiet"
    table.add_row("level", _bar(1 - level_db / QUIETEST_DB, "green"), f"{level_db:5.0f} dB", gate)
    table.add_row("distress", _bar(score, _of_score(score)), f"{score:8.2f}", _sounds(told))
    shares = told["posterior"] if told and told["gate"] else {}
    for emotion, share in sorted(shares.items(), key=lambda item: -item[1])[:4]:
        table.add_row(emotion, _bar(share, "blue"), f"{share:7.0%}", "")
    for _ in range(4 - min(4, len(shares))):
        table.add_row("", "", "", "")
    vitals = seen.vitals
    rate = f"{vitals['hops_per_s']:.0f} frames a second" if vitals and not stale else "–"
    last = f", last sound {_clock(vitals['last_sound'])}" if vitals and vitals["last_sound"] else ""
    return Panel(
        table, title="now", title_align="left", subtitle=rate + last, subtitle_align="left"
    )


def _alerts(seen: Seen) -> Panel:
    table = Table.grid(padding=(0, 2))
    for alert in list(seen.alerts.values())[: -SHOWN_ALERTS - 1 : -1]:
        over = alert["phase"] == "cleared"
        style = COLOURS[alert["level"]] if not over else "bright_black"
        table.add_row(
            _clock(seen.raised[alert["id"]]),
            Text(alert["level"], style=f"bold {style}"),
            Text(alert["kind"].replace("_", " "), style=style),
            f"{alert['score']:.2f}",
            "over" if over else "open",
            REMARKS.get(seen.remarks.get(alert["id"], ""), ""),
            Text(alert["why"], overflow="ellipsis", no_wrap=True),
        )
    if not seen.alerts:
        table.add_row("none since this was started")
    return Panel(table, title="alerts", title_align="left")


def _health(seen: Seen) -> Panel:
    table = Table.grid(padding=(0, 2))
    parts: dict[str, Mapping[str, Any]] = {}
    if seen.source is not None:
        parts[f"sound ({seen.source['name']})"] = seen.source
    parts |= {PARTS[name]: part for name, part in seen.parts.items()}
    for name, part in parts.items():
        told = f"{part['reason']} {part['remedy']}".strip()
        state = Text(
            part.get("liveness") or part["state"], style=STATES.get(part["state"], "yellow")
        )
        table.add_row(name, state, Text(told, overflow="ellipsis", no_wrap=True))
    for obstacle in (seen.vitals or {}).get("obstacles", ()):
        table.add_row("", "", Text(obstacle, style="red"))
    return Panel(table, title="health", title_align="left")


def _bar(share: float, style: str) -> Text:
    filled = round(BAR * min(1.0, max(0.0, share)))
    return Text("█" * filled, style=style) + Text("·" * (BAR - filled), style="bright_black")


def _of_score(score: float) -> str:
    return "red" if score >= 0.9 else "yellow" if score >= 0.7 else "cyan"  # noqa: PLR2004


def _sounds(told: Mapping[str, Any] | None) -> str:
    return (
        ", ".join(f"{one['label']} {one['score']:.0%}" for one in told["sounds"][:2])
        if told
        else ""
    )


def _clock(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone().strftime("%H:%M:%S")
