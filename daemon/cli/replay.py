"""``distressd replay``: the whole pipeline over recordings."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from daemon.cli.options import config_option, json_option
from daemon.config.load import load_config

if TYPE_CHECKING:
    from daemon.wire.alert import AlertEvent
    from daemon.wire.utterance import UtteranceEvent


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@config_option
@click.option(
    "--pace",
    type=click.Choice(["max", "realtime"]),
    default="max",
    show_default=True,
    help="As fast as it goes, or as it was recorded; the alerts are the same.",
)
@click.option(
    "--language/--no-language",
    default=True,
    help="Whether to transcribe and read what is said, too (as [language] enabled allows).",
)
@json_option
def replay(
    *,
    paths: tuple[Path, ...],
    config_path: Path | None,
    pace: Literal["max", "realtime"],
    as_json: bool,
    language: bool,
) -> None:
    """Show the alerts that recordings raise, and what is said in them.

    Every file is heard from a fresh start by the pipeline that listens to the microphone.
    Nothing is stored, served or notified.
    """
    from daemon.language.start import language_lane
    from daemon.replay import replay_recording
    from daemon.wire.alert import AlertEvent

    config = load_config(config_path)
    with language_lane(config.language, in_step=True, wanted=language) as lane:
        for path in paths:
            raised = 0
            for event in replay_recording(path, config, pace, lane=lane):
                raised += isinstance(event, AlertEvent) and event.phase == "raised"
                if as_json:
                    click.echo(event.model_dump_json())
                else:
                    _show(path.name, event)
                sys.stdout.flush()
            if not as_json:
                click.echo(f"{path.name}: {raised or 'no'} alert{'' if raised == 1 else 's'}.")


def _show(name: str, event: "AlertEvent | UtteranceEvent") -> None:
    """One line, for people; of utterances only those that said something."""
    seconds = event.stream_s
    if event.type == "alert":
        told = f"{event.phase:8} {event.level:8}  {event.why}"
    elif event.transcript:
        seconds = event.start_s
        distress = "" if event.distress is None else f"  ({event.distress:.0%} distress)"
        told = f"said  “{event.transcript}”{distress}"
    else:
        return
    click.echo(f"{name}  {int(seconds) // 60:02d}:{seconds % 60:05.2f}  {told}")
