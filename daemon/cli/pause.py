"""``distressd pause`` and ``distressd resume``."""

import time

import click

from daemon.cli.options import json_option, print_json
from daemon.cli.running import running
from daemon.cli.spans import Length, local

LONGEST_S = 86_400.0


@click.command()
@click.argument("length", type=Length(), metavar="LENGTH")
@json_option
def pause(*, length: float, as_json: bool) -> None:
    """Raise no alerts for LENGTH, such as 30m or 2h (at most a day); ends by itself.

    What is heard meanwhile is neither told nor transcribed nor recorded. `distressd status`, every
    subscriber and the dashboard show the pause.
    """
    from daemon.errors import UsageError
    from daemon.serve.ask import ask

    if not 0 < length <= LONGEST_S:
        raise UsageError("A pause is of more than nothing and at most a day (24h).")
    ask(running(), {"type": "pause", "seconds": length})
    until = time.time() + length
    if as_json:
        print_json({"paused_until": until})
    else:
        click.echo(f"Paused: no alert is raised until {local(until)}. `distressd resume` ends it.")


@click.command()
@json_option
def resume(*, as_json: bool) -> None:
    """End a pause; where there is none, nothing happens."""
    from daemon.serve.ask import ask

    ask(running(), {"type": "resume"})
    if as_json:
        print_json({"paused_until": None})
    else:
        click.echo("Alerts are raised again.")
