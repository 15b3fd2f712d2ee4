"""``distressd clips``."""

import os
import sys
from pathlib import Path

import click

from daemon.cli.group import LazyGroup
from daemon.cli.options import counted, json_option, print_json
from daemon.cli.spans import local
from daemon.state import state_path

_OUT = "-"  # standard output


@click.group(
    cls=LazyGroup,
    lazy={
        "key": ("daemon.cli.clips:key", "Make the key with which clips are heard."),
        "list": ("daemon.cli.clips:listed", "List the clips, the newest last."),
        "export": ("daemon.cli.clips:export", "Decrypt a clip."),
        "delete": ("daemon.cli.clips:delete", "Remove clips, for good."),
    },
)
def clips() -> None:
    """Listen to the sound around alerts, where [clips] is switched on.

    Clips are in the state folder, encrypted: the daemon itself cannot hear them.
    """


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where it goes; default: ~/.config/distressd/clips.key.",
)
@json_option
def key(*, out: Path | None, as_json: bool) -> None:
    """Make the key with which clips are heard, and show its public half for the configuration."""
    from daemon.clips.identity import default_identity, make_identity

    path = (out or default_identity()).absolute()
    recipient = make_identity(path)
    if as_json:
        print_json({"identity": str(path), "recipient": recipient})
        return
    click.echo(f"The key is {path}, for your eyes only (mode 0600).")
    click.echo("Whoever has this file can listen to the clips; without it nobody can, you neither.")
    click.echo("The daemon does not need it: keep it elsewhere if others use this machine.")
    click.echo(
        f'\nInto the configuration:\n\n[clips]\nenabled = true\nrecipients = ["{recipient}"]'
    )


@click.command("list")
@json_option
def listed(*, as_json: bool) -> None:
    """List the clips, the newest last; `distressd alerts show ALERT` tells of what they are."""
    from daemon.clips.folder import ClipFolder

    found = ClipFolder(state_path()).clips()
    if as_json:
        print_json(
            [
                {
                    "alert": clip.alert,
                    "began": clip.began,
                    "seconds": clip.seconds,
                    "bytes": clip.size,
                    "path": str(clip.path),
                }
                for clip in found
            ]
        )
        return
    for clip in found:
        click.echo(
            f"{local(clip.began)}  {clip.seconds:4} s  {clip.size / 1e6:7.2f} MB  {clip.alert}"
        )
    total = sum(clip.size for clip in found) / 1e6
    click.echo(f"{counted(len(found), 'clip')}, {total:.1f} MB.", err=True)


@click.command()
@click.argument("alert", metavar="ALERT")
@click.option(
    "--identity",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The key; default: where `distressd clips key` makes one.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Where the sound goes, not encrypted; - is standard output. Default: ALERT.flac here.",
)
def export(*, alert: str, identity: Path | None, out: Path | None) -> None:
    """Decrypt the clip of ALERT (its id, or how that begins) into a FLAC file.

    That file is sound that everybody who reads it can hear. distressd forgets nothing that you
    keep outside its state folder.
    """
    from daemon.clips.folder import ClipFolder
    from daemon.clips.identity import default_identity, read_identities
    from daemon.clips.opened import open_clip

    clip = ClipFolder(state_path()).find(alert)
    opened = open_clip(clip, read_identities(identity or default_identity()))
    told = f"{opened.seconds:.1f} s from {local(clip.began)}; {opened.comment}."
    if str(out) == _OUT:
        sys.stdout.buffer.write(opened.flac)
        sys.stdout.buffer.flush()
        click.echo(told, err=True)
        return
    path = out or Path(f"{clip.alert}.flac")
    _write_private(path, opened.flac)
    click.echo(f"{path}: {told}", err=True)


@click.command()
@click.argument("alerts", metavar="ALERT...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every clip.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(*, alerts: tuple[str, ...], everything: bool, yes: bool) -> None:
    """Remove the clips of these alerts; the alerts stay. `distressd forget` removes both."""
    from daemon.clips.folder import ClipFolder, remove
    from daemon.errors import UsageError

    if everything == bool(alerts):
        raise UsageError("Say which clips to remove: their alerts, or --all.")
    folder = ClipFolder(state_path())
    found = folder.clips() if everything else [folder.find(alert) for alert in alerts]
    if not yes and found:
        click.confirm(f"{len(found)} clips are removed and cannot be had back. Go on?", abort=True)
    remove(found)
    click.echo(f"{len(found)} clips are removed.", err=True)


def _write_private(path: Path, content: bytes) -> None:
    """A new file for this user's eyes only."""
    from daemon.errors import UsageError

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already.", "Name another with --out.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}).") from error
