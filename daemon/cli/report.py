"""``distressd report``."""

import time
from pathlib import Path

import click

from daemon.cli.alerts import since_option, until_option, write_text
from daemon.cli.options import config_option, counted, json_option, print_json
from daemon.state import state_path


@click.command()
@since_option
@until_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("distressd-report.html"),
    show_default=True,
    help="Where the page goes.",
)
@config_option
@json_option
def report(
    *, since: float, until: float | None, out: Path, config_path: Path | None, as_json: bool
) -> None:
    """Write a page with pictures of what happened: alerts, answers, trends, hours, gaps.

    One file of HTML that loads nothing from elsewhere; no words that were said are in it.
    """
    from daemon.config.load import load_config
    from daemon.report.figures import figures
    from daemon.report.page import page
    from daemon.store.reading import open_archive

    threshold = load_config(config_path).fusion.threshold
    end = time.time() if until is None else until
    with open_archive(state_path()) as archive:
        found = figures(archive.lives(since, end), archive.minutes(since, end), since, end)
    write_text(out, page(found, threshold))
    if as_json:
        print_json(
            {
                "path": str(out.absolute()),
                "alerts": len(found.lives),
                "acknowledged": found.said("ack"),
                "false_alarms": found.said("false_alarm"),
                "hours_listened": round(found.heard_s / 3_600, 3),
                "gaps": len(found.gaps),
            }
        )
    elif found.days:
        hours = found.heard_s / 3_600
        click.echo(
            f"{out}: {counted(len(found.lives), 'alert')} in {hours:.1f} hours of listening."
        )
    else:
        click.echo(f"{out}: nothing is kept of this time.")
