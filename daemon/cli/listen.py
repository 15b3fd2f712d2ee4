"""``distressd listen``."""

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
    try:
        for message in follower.messages():
            if as_json:
                print_json(message)
            else:
                _show(message)
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


def _show(message: dict[str, Any]) -> None:
    match message["type"]:
        case "alert":
            click.echo(_alert_line(message, message["phase"]))
            for line in _details(message):
                click.echo(f"{_INDENT}{line}")
        case "feedback":
            said = {"ack": "Somebody has seen", "false_alarm": "Somebody calls a false alarm:"}
            click.echo(f"{said[message['said']]} alert {message['alert']}.", err=True)
        case "snapshot":
            _show_part("source", message["source"])
            _show_part("language", message["language"])
            _show_part("sound events", message["sound_events"])
            if message["clips"]["state"] != "off":
                _show_part("clips", message["clips"])
            for alert in message["open_alerts"]:
                click.echo(_alert_line(alert, "open"))
        case "source":
            _show_part("source", message["source"])
        case "language" | "sound_events" | "clips" as part:
            _show_part(part.replace("_", " "), message["status"])


def _alert_line(alert: dict[str, Any], phase: str) -> str:
    when = datetime.fromisoformat(alert["time"]).astimezone().strftime("%H:%M:%S")
    over = phase == "cleared"
    level = click.style(f"{alert['level']:8}", fg=_COLOURS[alert["level"]], bold=not over, dim=over)
    kind = alert["kind"].replace("_", " ")
    notes = [] if alert["durable"] else ["not stored yet"]
    notes += [alert["reason"].replace("_", " ")] if alert["reason"] else []
    notes += ["demonstration"] if alert["source"] == "demo" else []
    told = alert["why"] + (f" ({', '.join(notes)})" if notes else "")
    return f"{when}  {level}  {phase:7}  {kind:13}  {alert['score']:.2f}  {told}"


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


def _show_part(name: str, part: dict[str, Any]) -> None:
    told = f"{part['reason']} {part['remedy']}".strip()
    paused = part.get("paused_until")
    if paused:
        told = f"{told} Paused until {paused}.".strip()
    click.echo(f"{name}: {part['state']}{f' - {told}' if told else ''}", err=True)
