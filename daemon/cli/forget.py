"""``distressd forget``."""

import time

import click

from daemon.cli.options import json_option, print_json
from daemon.cli.spans import Moment, local
from daemon.state import Run, state_path

_PATIENCE_S = 600.0


@click.command()
@click.option("--since", type=Moment(), metavar="TIME", help="From when on: 2h (ago), 2026-01-31.")
@click.option("--until", type=Moment(), metavar="TIME", help="Up to when; default: now.")
@click.option("--all", "everything", is_flag=True, help="Everything.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def forget(
    *, since: float | None, until: float | None, everything: bool, yes: bool, as_json: bool
) -> None:
    """Remove alerts, what was said of them, clips of their sound, and history, for good.

    An alert of which any part lies in the span goes whole. With --all, stores that were set aside
    as damaged go, too. Nothing of it is left in any file of the state folder; backups, exports,
    reports and what channels were told are elsewhere.
    """
    from daemon.errors import UsageError

    if everything == (since is not None or until is not None):
        raise UsageError("Say what to forget: --since, --until or both, or --all.")
    start, end = since or 0.0, min(until if until is not None else time.time(), time.time())
    if start >= end:
        raise UsageError("There is nothing between --since and --until.")
    span = f"up to {local(end)}" if not start else f"from {local(start)} up to {local(end)}"
    if not yes and not as_json:
        click.confirm(f"Everything {span} is removed and cannot be had back. Go on?", abort=True)
    _forget(start, end)
    if as_json:
        print_json({"forgotten": {"since": start, "until": end}})
    else:
        click.echo(f"Everything {span} is forgotten.")


def _forget(since: float, until: float) -> None:
    """Through the daemon where one runs, else in its store."""
    from daemon.clips.folder import ClipFolder, Span
    from daemon.health import Health
    from daemon.serve.ask import ask
    from daemon.state import StateFolder
    from daemon.store.journal import Journal
    from daemon.wire.base import rfc3339

    folder = state_path()
    run = Run.read(folder)
    if run is not None:
        request = {"type": "forget", "until": rfc3339(until)}
        if since:
            request["since"] = rfc3339(since)
        ask(run, request, _PATIENCE_S)
        return
    if not folder.exists():
        return
    with StateFolder.open(folder) as state, Journal.open(state.path, health=Health()) as journal:
        alerts = journal.forget(since, until)
        ClipFolder(state.path).forget(Span(since, until, alerts))
