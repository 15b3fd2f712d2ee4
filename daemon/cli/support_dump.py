"""``distressd support-dump``."""

import time
from pathlib import Path

import click

from daemon.cli.options import config_option, json_option, print_json


@click.command("support-dump")
@config_option
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Where it is written; default: distressd-support-DATE.tar.gz here.",
)
@json_option
def support_dump(config_path: Path | None, output: Path | None, *, as_json: bool) -> None:
    """Pack what somebody who helps needs: versions, findings, figures and the log's end.

    No sound, no words that were said, no token; names, addresses and whatever the log quotes are
    taken out. Read it before you send it: nothing is sent by itself.
    """
    from daemon.config.load import find_config, read_config
    from daemon.state import state_path
    from daemon.support.dump import write_dump

    loaded = read_config(find_config(config_path))
    path = output or Path(time.strftime("distressd-support-%Y%m%d-%H%M%S.tar.gz"))
    names = write_dump(path, loaded, state_path())
    if as_json:
        print_json({"path": str(path.absolute()), "files": names})
        return
    click.echo(f"{path} has {', '.join(names)}.")
    click.echo(f"Read it before you send it: tar -xzOf {path} | less")
