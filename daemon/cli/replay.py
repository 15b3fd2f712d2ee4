"""``distressd replay``: the whole pipeline over recordings."""

import sys
from pathlib import Path
from typing import Literal

import click

from daemon.cli.options import config_option, json_option
from daemon.config.load import load_config


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
@json_option
def replay(
    *,
    paths: tuple[Path, ...],
    config_path: Path | None,
    pace: Literal["max", "realtime"],
    as_json: bool,
) -> None:
    """Show the alerts that recordings raise.

    Every file is heard from a fresh start by the pipeline that listens to the microphone.
    Nothing is stored, served or notified.
    """
    from daemon.replay import hear_recording

    config = load_config(config_path)
    for path in paths:
        raised = 0
        for event in hear_recording(path, config, pace):
            raised += event.phase == "raised"
            if as_json:
                click.echo(event.model_dump_json())
            else:
                when = f"{int(event.stream_s) // 60:02d}:{event.stream_s % 60:05.2f}"
                click.echo(f"{path.name}  {when}  {event.phase:8} {event.level:8}  {event.why}")
            sys.stdout.flush()
        if not as_json:
            click.echo(f"{path.name}: {raised or 'no'} alert{'' if raised == 1 else 's'}.")
