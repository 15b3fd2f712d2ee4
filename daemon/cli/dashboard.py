"""``distressd dashboard``."""

import json
from urllib.parse import urlsplit

import click

from daemon.cli.options import json_option, print_json

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
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    from daemon.errors import ServeError
    from daemon.serve.subscriber import Path
    from daemon.state import Run, read_token, state_path

    folder = state_path()
    run = Run.read(folder)
    if run is None:
        raise ServeError(
            f"No daemon runs with the state folder {folder}.", "Start it with: distressd run"
        )
    token = read_token(folder)
    try:
        with connect(run.url + Path.ALERTS, compression=None, proxy=None) as connection:
            connection.send(json.dumps({"type": "hello", "token": token}))
            connection.send(json.dumps({"type": "sign_in", "id": "dashboard"}))
            while True:
                message = json.loads(connection.recv(_PATIENCE_S))
                if message.get("id") == "dashboard":
                    break
    except (OSError, WebSocketException) as error:
        raise ServeError(f"The daemon at {run.url} does not answer ({error}).") from error
    if "path" not in message:
        raise ServeError(str(message["message"]))
    address = urlsplit(run.url)
    scheme = "https" if address.scheme == "wss" else "http"
    return f"{scheme}://{address.netloc}{message['path']}"
