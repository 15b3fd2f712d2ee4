"""``distressd alerts``."""

import csv
import io
import json
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import click

from daemon.cli.group import LazyGroup
from daemon.cli.options import config_option, counted, json_option, print_json
from daemon.cli.spans import Moment, local
from daemon.state import Run, state_path
from daemon.wire.base import LEVELS, Kind, rfc3339

if TYPE_CHECKING:
    from daemon.store.lives import Life

_SAID = {"ack": "acknowledged", "false_alarm": "false alarm", None: ""}
_COLOURS = {"advisory": "cyan", "warning": "yellow", "critical": "red"}
_COLUMNS = ("id", "raised", "ended", "level", "kind", "score", "said", "said_at", "source", "why")


@click.group(
    cls=LazyGroup,
    lazy={
        "list": ("daemon.cli.alerts:listed", "List past alerts, the newest last."),
        "show": ("daemon.cli.alerts:show", "Show everything that is kept of one alert."),
        "ack": ("daemon.cli.alerts:ack", "Say that somebody has seen an alert."),
        "false-alarm": ("daemon.cli.alerts:false_alarm", "Say that an alert was no distress."),
        "feedback": ("daemon.cli.alerts:feedback", "List what was said of alerts and counts."),
        "revoke": ("daemon.cli.alerts:revoke", "Take back what was said of an alert."),
        "usual": ("daemon.cli.usual:usual", "List what is usually heard about this time."),
        "export": ("daemon.cli.alerts:export", "Write past alerts as CSV or JSON."),
    },
)
def alerts() -> None:
    """Look at past alerts, answer them, export them."""


since_option = click.option(
    "--since",
    type=Moment(),
    default="7d",
    show_default=True,
    metavar="TIME",
    help="From when on: 7d (ago), 2026-01-31 or '2026-01-31 14:00'.",
)
until_option = click.option("--until", type=Moment(), metavar="TIME", help="Up to when.")
alert_argument = click.argument("alert", metavar="ALERT")


@click.command("list")
@since_option
@until_option
@click.option("--level", type=click.Choice(LEVELS), help="From this level up.")
@click.option("--kind", type=click.Choice(get_args(Kind)), help="Only of this kind.")
@json_option
def listed(
    *, since: float, until: float | None, level: str | None, kind: str | None, as_json: bool
) -> None:
    """List past alerts, the newest last; no demonstrations."""
    least = LEVELS.index(level) if level else 0
    found = [
        life
        for life in _lives(since, until)
        if LEVELS.index(life.level) >= least and kind in (None, life.kind)
    ]
    if as_json:
        print_json([_stored(life) for life in found])
        return
    for life in found:
        lasted = f"{life.ended - life.raised:5.0f} s" if life.ended else "   open"
        shown = click.style(f"{life.level:8}", fg=_COLOURS[life.level])
        said = f"  [{_SAID[life.said]}]" if life.said else ""
        click.echo(
            f"{local(life.raised)}  {shown}  {life.kind:13}  {life.score:.2f}  {lasted}"
            f"  {life.id}{said}"
        )
    click.echo(f"{counted(len(found), 'alert')}.", err=True)


@click.command()
@alert_argument
@config_option
@json_option
def show(*, alert: str, config_path: Path | None, as_json: bool) -> None:
    """Show everything that is kept of ALERT (its id, or how that begins)."""
    from daemon.clips.folder import ClipFolder
    from daemon.config.load import load_config
    from daemon.store.reading import open_archive

    transcripts = load_config(config_path).privacy.transcripts
    with open_archive(state_path(), transcripts=transcripts) as archive:
        life = _one(archive.life(alert), alert)
        events, remarks = archive.story(life.id)
    clip = next((c for c in ClipFolder(state_path()).clips() if c.alert == life.id), None)
    if as_json:
        print_json(
            {
                **_stored(life),
                "events": [event.model_dump(mode="json") for event in events],
                "remarks": [remark.model_dump(mode="json") for remark in remarks],
                "clip": None if clip is None else str(clip.path),
            }
        )
        return
    click.echo(f"{life.id}: {life.kind.replace('_', ' ')}, {life.level}, {local(life.raised)}")
    for event in events:
        click.echo(f"  {_clock(event.time)}  {event.phase:7}  {event.level:8}  {event.score:.2f}")
        click.echo(f"    {event.why}")
        for name, part in event.evidence.items():
            click.echo(f"    {name}: {part.probability:.2f} (weighs {part.weight:.0%})")
        if event.sounds:
            heard = ", ".join(f"{sound.label} {sound.score:.2f}" for sound in event.sounds)
            click.echo(f"    heard: {heard}")
        if event.transcript:
            click.echo(f"    said: {event.transcript}")
    for remark in remarks:
        click.echo(f"  {_clock(remark.time)}  {_SAID[remark.said]}")
    if clip is not None:
        click.echo(f"  sound: {clip.seconds} s, encrypted: distressd clips export {life.id}")


@click.command()
@alert_argument
def ack(*, alert: str) -> None:
    """Say that somebody has seen ALERT (its id, or how that begins)."""
    _say("ack", alert, "acknowledged")


@click.command("false-alarm")
@alert_argument
def false_alarm(*, alert: str) -> None:
    """Say that ALERT was no distress: alerts that sound like it weigh a little less for 30 days.

    No alert is silenced by that (docs/FUSION.md). `distressd alerts revoke` takes it back.
    """
    _say("false_alarm", alert, "marked as a false alarm")


@click.command()
@alert_argument
def revoke(*, alert: str) -> None:
    """Take back what was said of ALERT."""
    _say("revoke", alert, "as if nobody had said anything")


@click.command()
@json_option
def feedback(*, as_json: bool) -> None:
    """List what was said of alerts and still counts, and until when."""
    from daemon.remarks import DAY_S, EXPIRES_DAYS
    from daemon.store.reading import open_archive

    now = time.time()
    with open_archive(state_path()) as archive:
        found = [
            (life, life.said_at + EXPIRES_DAYS * DAY_S)
            for life in archive.lives(-math.inf)
            if life.said_at is not None and life.said_at + EXPIRES_DAYS * DAY_S > now
        ]
    if as_json:
        print_json([_stored(life) | {"expires": rfc3339(expires)} for life, expires in found])
        return
    for life, expires in found:
        sound = life.events[0].sounds[0].label if life.events[0].sounds else "no sound event"
        click.echo(
            f"{_SAID[life.said]:12}  {life.kind}, {sound}  counts until {local(expires)}  {life.id}"
        )
    click.echo(
        f"{counted(len(found), 'alert')}; `distressd alerts revoke ALERT` takes one back.", err=True
    )


@click.command()
@since_option
@until_option
@click.option(
    "--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Default: standard output."
)
def export(
    *, since: float, until: float | None, form: Literal["csv", "json"], out: Path | None
) -> None:
    """Write past alerts, one each, oldest first; no words that were said."""
    found = [_stored(life) for life in _lives(since, until)]
    if form == "json":
        text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    else:
        table = io.StringIO()
        writer = csv.DictWriter(table, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
        text = table.getvalue()
    if out is None:
        click.echo(text, nl=False)
    else:
        write_text(out, text)
        click.echo(f"{out}: {counted(len(found), 'alert')}.", err=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path``, or raise UsageError."""
    from daemon.errors import UsageError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}).") from error


def _lives(since: float, until: float | None) -> "list[Life]":
    from daemon.store.reading import open_archive

    with open_archive(state_path()) as archive:
        return archive.lives(since, math.inf if until is None else until)


def _one(life: "Life | None", alert: str) -> "Life":
    from daemon.errors import UsageError

    if life is None:
        raise UsageError(
            f"There is no alert {alert!r}, or more than one begins so.",
            "`distressd alerts list --since 90d` lists them.",
        )
    return life


def _say(what: Literal["ack", "false_alarm", "revoke"], alert: str, told: str) -> None:
    """Through the daemon where one runs, else into its store."""
    from daemon.health import Health
    from daemon.serve.ask import ask
    from daemon.state import StateFolder
    from daemon.store.journal import Journal
    from daemon.store.reading import open_archive

    folder = state_path()
    with open_archive(folder) as archive:
        name = _one(archive.life(alert), alert).id
    run = Run.read(folder)
    if run is not None:
        ask(run, {"type": what, "alert": name})
    else:
        with (
            StateFolder.open(folder) as state,
            Journal.open(state.path, health=Health()) as journal,
        ):
            if what == "revoke":
                journal.revoke(name)
            else:
                journal.feedback(what, name)
    click.echo(f"Alert {name}: {told}.")


def _stored(life: "Life") -> dict[str, Any]:
    return {
        "id": life.id,
        "raised": rfc3339(life.raised),
        "ended": rfc3339(life.ended) if life.ended else None,
        "level": life.level,
        "kind": life.kind,
        "score": round(life.score, 4),
        "said": life.said,
        "said_at": rfc3339(life.said_at) if life.said_at else None,
        "source": life.source,
        "why": life.why,
    }


def _clock(moment: str) -> str:
    from daemon.wire.base import wall_seconds

    return local(wall_seconds(moment))
