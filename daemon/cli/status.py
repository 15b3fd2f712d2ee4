"""``distressd status``."""

import json
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import click

from daemon.cli.options import json_option, print_json

_TIMEOUT_S = 3.0
_COLOURS = {"ok": "green", "off": "bright_black", "failed": "red", "unavailable": "red"}


@click.command()
@json_option
def status(*, as_json: bool) -> None:
    """Say whether the daemon runs, where, and how each part of it is; exit 1 if it does not."""
    from daemon.state import Run, is_held, state_path

    folder = state_path()
    run = Run.read(folder)
    if run is None:
        if is_held(folder):
            told = (
                f"A daemon uses {folder} but does not say where it serves: it is just starting, or"
                " its disk is full or read-only. Its log tells more."
            )
        else:
            told = "distressd is not running. Start it with: distressd run"
        click.echo(told, err=True)
        if as_json:
            print_json({"running": False, "state": str(folder)})
        sys.exit(1)
    answer = _ask(run.url)
    if as_json:
        print_json(
            {
                "running": True,
                "url": run.url,
                "token_file": run.token_file,
                "state": run.state,
                "pid": run.pid,
                "started": run.started,
                "ready": answer.ready,
                "obstacles": answer.obstacles,
                "paused_until": answer.paused_until,
                "parts": answer.parts,
                "problem": answer.problem,
            }
        )
        return
    click.echo(f"distressd runs as process {run.pid} since {_local(run.started)}.")
    click.echo(f"Subscribers connect to {run.url}; the token is in {run.token_file}.")
    if answer.problem:
        click.echo(f"It does not answer: {answer.problem}. See its log.")
    for obstacle in answer.obstacles:
        click.secho(f"It is not ready: {obstacle}", fg="red")
    if answer.paused_until is not None:
        until = _local(answer.paused_until)
        click.secho(f"It is paused and raises no alert until {until}.", fg="yellow")
    for name, part in answer.parts.items():
        state = click.style(part["state"], fg=_COLOURS.get(part["state"], "yellow"))
        if part.get("liveness", part["state"]) != part["state"]:
            state += f" ({' '.join((part['liveness'].replace('_', ' '), part['cause'])).strip()})"
        told = f"{part.get('reason', '')} {part.get('remedy', '')}".strip()
        click.echo(f"  {name.replace('_', ' ')}: {state}{f' — {told}' if told else ''}")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What ``/readyz`` says, or the problem because of which it says nothing."""

    ready: bool = False
    obstacles: list[str] = field(default_factory=list)
    paused_until: str | None = None
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    problem: str = ""


def _ask(url: str) -> _Answer:
    address = urlsplit(url)
    scheme = {"ws": "http", "wss": "https"}.get(address.scheme, address.scheme)
    try:
        body, ready = _get(f"{scheme}://{address.netloc}/readyz")
        told = json.loads(body)
        parts = told["parts"]
        # A daemon that runs on from before an update says neither of these.
        obstacles, paused_until = told.get("obstacles", []), told.get("paused_until")
        if paused_until is not None:
            datetime.fromisoformat(paused_until)
    except (OSError, HTTPException) as error:
        return _Answer(problem=str(getattr(error, "reason", error)))
    except (ValueError, KeyError, TypeError):
        return _Answer(problem="its /readyz is not what this version expects")
    return _Answer(ready, obstacles, paused_until, parts)


def _local(moment: str) -> str:
    """An RFC 3339 time as the clock on this machine's wall shows it."""
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _get(url: str) -> tuple[bytes, bool]:
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - from run.json
            return answer.read(), True
    except urllib.error.HTTPError as error:
        with error:  # 503 says what is not ready
            return error.read(), False
