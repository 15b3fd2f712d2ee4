"""``distressd listen``."""

import shutil
import sys
import textwrap
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.options import json_option, print_json

if TYPE_CHECKING:
    from daemon.serve.client import Address

_INDENT = " " * 20
_COLOURS = {"advisory": "cyan", "warning": "yellow", "critical": "red"}


@click.command()
@click.option("--url", metavar="URL", help="Default: the daemon that runs on this machine.")
@json_option
def listen(*, url: str | None, as_json: bool) -> None:
    """Show alerts as they happen, until Ctrl-C.

    Waits for a daemon that is not there, reconnects to one that went away, and shows what was
    missed in between. What happens to the connection is told on standard error.
    """
    from daemon.serve.client import Follower

    follower = Follower(lambda: find(url), lambda sentence: click.echo(sentence, err=True))
    parts = _Parts()
    try:
        for message in follower.messages():
            if as_json:
                print_json(message)
            else:
                _show(message, parts)
    except KeyboardInterrupt:
        return


def find(url: str | None) -> "Address":
    """The daemon at ``url``, or the one that runs with this state folder."""
    from daemon.serve.client import Address, DaemonAbsent
    from daemon.state import Run, read_token, state_path

    folder = state_path()
    if url is None:
        run = Run.read(folder)
        if run is None:
            raise DaemonAbsent(f"No daemon runs with the state folder {folder}.")
        url = run.url
    return Address(url, read_token(folder))


class _Parts:
    """How the daemon's parts are: told where it is news, on standard error."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    def connected(self) -> None:
        """Everything is news."""
        self._told.clear()

    def show(self, name: str, part: dict[str, Any]) -> None:
        """Tell of ``part``; not that what is unavailable is tried once more."""
        before = self._told.get(name, "")
        if part["state"] == "starting" and before.startswith("unavailable"):
            return
        told = f"{part['reason']} {part['remedy']}".strip()
        paused = part.get("paused_until")
        if paused:
            told = f"{told} Paused until {paused}.".strip()
        told = f"{part['state']}{f' - {told}' if told else ''}"
        if told != before:
            self._told[name] = told
            click.echo(f"{name}: {told}", err=True)


def _show(message: dict[str, Any], parts: _Parts) -> None:
    match message["type"]:
        case "alert":
            click.echo(_alert_line(message, message["phase"]))
            for line in _details(message):
                click.echo(_folded(_INDENT, line))
        case "feedback":
            said = {"ack": "Somebody has seen", "false_alarm": "Somebody calls a false alarm:"}
            click.echo(f"{said[message['said']]} alert {message['alert']}.", err=True)
        case "snapshot":
            parts.connected()
            parts.show("source", message["source"])
            parts.show("language", message["language"])
            parts.show("sound events", message["sound_events"])
            if message["clips"]["state"] != "off":
                parts.show("clips", message["clips"])
            for alert in message["open_alerts"]:
                click.echo(_alert_line(alert, "open"))
        case "source":
            parts.show("source", message["source"])
        case "language" | "sound_events" | "clips" as part:
            parts.show(part.replace("_", " "), message["status"])


def _alert_line(alert: dict[str, Any], phase: str) -> str:
    when = datetime.fromisoformat(alert["time"]).astimezone().strftime("%H:%M:%S")
    over = phase == "cleared"
    kind = alert["kind"].replace("_", " ")
    notes = [] if alert["durable"] else ["not stored yet"]
    notes += [alert["reason"].replace("_", " ")] if alert["reason"] else []
    notes += ["demonstration"] if alert["source"] == "demo" else []
    told = alert["why"] + (f" ({', '.join(notes)})" if notes else "")
    before, after = f"{when}  ", f"  {phase:7}  {kind:13}  {alert['score']:.2f}  "
    line = _folded(f"{before}{alert['level']:8}{after}", told)
    level = click.style(f"{alert['level']:8}", fg=_COLOURS[alert["level"]], bold=not over, dim=over)
    return before + level + line[len(before) + 8 :]


def _details(alert: dict[str, Any]) -> Iterator[str]:
    """What was heard and said, and how fast it was told of."""
    if alert["phase"] == "cleared":
        return
    heard = ", ".join(f"{one['label']} {one['score']:.0%}" for one in alert["sounds"])
    if heard:
        yield f"heard {heard}"
    if alert["transcript"]:
        yield f"said “{alert['transcript']}”"
    if alert["phase"] == "raised":
        yield f"{sum(alert['latency_ms'].values()):.1f} ms from the sound to the alert"


def _folded(head: str, told: str) -> str:
    """``head`` and ``told``, in a terminal folded at its width under the indent."""
    if not sys.stdout.isatty():
        return head + told
    width = max(len(head), len(_INDENT)) + 20  # at least: else it is unreadable anyway
    width = max(width, shutil.get_terminal_size().columns)
    return textwrap.fill(
        told, width, initial_indent=head, subsequent_indent=_INDENT, break_long_words=False
    )
