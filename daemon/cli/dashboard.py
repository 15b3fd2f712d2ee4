"""``distressd dashboard``."""

from urllib.parse import urlsplit

import click

from daemon.cli.options import json_option, print_json
from daemon.cli.running import running

_PATIENCE_S = 10.0


@click.command()
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@json_option
def dashboard(*, no_browser: bool, as_json: bool) -> None:
    """Open the dashboard in the browser, signed in.

    The address signs in once, within a minute: pass it to nobody.
    """
    import webbrowser

    address = _signed_in()
    if as_json:
        print_json({"url": address})
        return
    if not no_browser and webbrowser.open(address):
        click.echo("The dashboard is open in your browser.")
        return
    click.echo("Open this address in a browser of this machine, within a minute:", err=True)
    click.echo(address)


def _signed_in() -> str:
    from daemon.serve.ask import ask

    run = running()
    path = ask(run, {"type": "sign_in"}, _PATIENCE_S)["path"]
    address = urlsplit(run.url)
    scheme = "https" if address.scheme == "wss" else "http"
    return f"{scheme}://{address.netloc}{path}"
