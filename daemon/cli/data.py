"""``distressd data``: what lies under a data root, and whether it is fit to train with."""

from pathlib import Path

import click

from daemon.cli.options import json_option, print_json
from daemon.cli.train import data_option, require_training
from daemon.errors import UsageError
from models.errors import DataError

corpus_option = click.option(
    "--corpus",
    "corpora",
    multiple=True,
    help="Look at this corpus only; may be given several times.",
)


@click.group()
def data() -> None:
    """Check the recordings to train and measure with, or list them."""


@data.command()
@data_option
@corpus_option
@click.option(
    "--voice",
    is_flag=True,
    help="Look for voice where a corpus claims speech or its absence (needs the language extra).",
)
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Look at the recordings of this table, in the folds that it gives them.",
)
@json_option
def check(
    *,
    data: Path,
    corpora: tuple[str, ...],
    voice: bool,
    manifest: Path | None,
    as_json: bool,
) -> None:
    """Read every recording and say what is wrong.

    Decoding, rate, length, clipping, silence, duplicates, balance of labels, and whether tables
    agree with the names that the publishers gave; recordings that are in two folds, and groups
    that a table puts into two. Folders that are no corpus are named.
    """
    if corpora and manifest is not None:
        raise UsageError("--corpus and --manifest exclude each other.", "Give one of them.")
    require_training()
    from models.data.overlooked import overlooked
    from models.data.validation import validate

    reports = validate(data, corpora, voice=voice, manifest=manifest)
    left = {} if corpora or manifest is not None else overlooked(data)
    if as_json:
        print_json({"corpora": [one.stored() for one in reports], "not_read": left})
    else:
        for one in reports:
            click.echo("\n".join(one.sentences()))
        for folder, why in left.items():
            click.echo(f"{folder} is not read: {why}.")
    unfit = [one.corpus for one in reports if not one.fit]
    if unfit:
        raise DataError(f"Unfit to train or measure with: {', '.join(unfit)}.", "See above.")


@data.command()
@data_option
@corpus_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("manifest.csv"),
    show_default=True,
    help="Where the table goes.",
)
def manifest(*, data: Path, corpora: tuple[str, ...], out: Path) -> None:
    """Write a table of every recording, its group and fold."""
    from models.data.corpora import corpora_in, read_corpus
    from models.data.manifest import write_manifest
    from models.data.splits import split

    clips = [clip for corpus in corpora or corpora_in(data) for clip in read_corpus(data, corpus)]
    folds = split(clips)
    write_manifest(out, folds)
    counts = ", ".join(f"{len(found)} {fold}" for fold, found in folds.items())
    click.echo(f"{out}: {counts}.", err=True)


@data.command(short_help="Add recordings from Debian's packages.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The data root to which the corpora are added.",
)
def debian(*, out: Path) -> None:
    """Add speech and music from Debian's packages (60 MB), cries (210 MB), laughter (100 MB)."""
    from models.data import games
    from models.data.debian import fetch

    made = {**fetch(out), **{c: games.fetch(out, c) for c in games.RULES}}
    click.echo(", ".join(f"{out / name}: {count} recordings" for name, count in made.items()))
