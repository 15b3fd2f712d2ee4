"""``distressd top``."""

import time

import click

_EVERY_S = 0.125
_PATIENCE_S = 10.0


@click.command()
@click.option("--url", metavar="URL", help="Default: the daemon that runs on this machine.")
@click.option("--once", is_flag=True, help="Print one picture, and end.")
def top(*, url: str | None, once: bool) -> None:
    """Show what is heard, the emotions, alerts and health, until Ctrl-C."""
    from rich.console import Console
    from rich.live import Live

    from daemon.cli.listen import find
    from daemon.terminal.screen import picture
    from daemon.terminal.seen import Watch

    watch = Watch(lambda: find(url))
    watch.start()
    console = Console()
    if once or not console.is_terminal:
        watch.ready.wait(_PATIENCE_S)
        watch.check()
        console.print(watch.look(picture))
        return
    try:
        with Live(console=console, screen=True, auto_refresh=False) as live:
            while True:
                watch.check()
                live.update(watch.look(picture), refresh=True)
                time.sleep(_EVERY_S)
    except KeyboardInterrupt:
        return
