"""``distressd alerts usual``."""

import time

import click

from daemon.cli.options import counted, json_option, print_json
from daemon.state import state_path


@click.command()
@json_option
def usual(*, as_json: bool) -> None:
    """List what is usually heard here about this time of day, and nothing happens.

    What is heard on most days weighs a little less. `distressd forget` takes back what was learned
    in a span of time.
    """
    from daemon.remarks import DAY_S, EXPIRES_DAYS
    from daemon.store.reading import open_archive

    now = time.time()
    with open_archive(state_path()) as archive:
        days, heard = archive.usual(now - EXPIRES_DAYS * DAY_S, now)
    if as_json:
        print_json({"days": days, "heard": heard})
        return
    for sound, on in heard.items():
        click.echo(f"{on:3} of {counted(days, 'day')}  {sound}")
    click.echo(
        f"{counted(len(heard), 'sound')} on {counted(days, 'day')} heard about this time.",
        err=True,
    )
