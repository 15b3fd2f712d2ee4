"""``distressd notify``."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from daemon.cli.group import LazyGroup
from daemon.cli.options import config_option, json_option, print_json


@click.group(
    cls=LazyGroup,
    lazy={"test": ("daemon.cli.notify:test", "Send a test through the notification channels.")},
)
def notify() -> None:
    """Try the notification channels."""


@click.command()
@click.argument("channels", metavar="[CHANNEL]...", nargs=-1)
@config_option
@json_option
def test(channels: tuple[str, ...], config_path: Path | None, *, as_json: bool) -> None:
    """Send a test through every CHANNEL of the configuration, or all; exit 1 if one fails.

    From this process, whether the daemon runs or not; rules and quiet hours do not apply.
    """
    from daemon.config.load import load_config
    from daemon.notify.trial import try_channels

    trials = try_channels(load_config(config_path).notify, channels)
    if as_json:
        print_json([asdict(trial) for trial in trials])
    for trial in () if as_json else trials:
        if trial.delivered:
            click.echo(f"{trial.channel}: delivered")
        else:
            click.secho(f"{trial.channel}: {trial.reason}. {trial.remedy}".rstrip(), fg="red")
    if not all(trial.delivered for trial in trials):
        sys.exit(1)
