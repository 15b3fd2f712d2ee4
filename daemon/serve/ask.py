"""One request to the daemon that runs, and its answer."""

import json
from typing import Any

from daemon.errors import DistressdError, ServeError
from daemon.serve.subscriber import Path
from daemon.state import Run, read_token

_PATIENCE_S = 15.0
_ID = "ask"


class Refused(DistressdError):  # noqa: N818 - what the daemon says, as it says it
    """The daemon does not do what was asked; its sentence says why."""


def ask(run: Run, request: dict[str, Any], patience_s: float = _PATIENCE_S) -> dict[str, Any]:
    """The answer of the daemon ``run`` to ``request`` (without ``id``).

    Raises:
        Refused: it refuses.
        ServeError: it does not answer.
        StateError: the token cannot be read.
    """
    from pathlib import Path as FilePath

    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    hello = {"type": "hello", "token": read_token(FilePath(run.state))}
    try:
        with connect(
            run.url + Path.ALERTS, compression=None, proxy=None, max_size=2**24
        ) as connection:
            connection.send(json.dumps(hello))
            connection.send(json.dumps({**request, "id": _ID}))
            while True:
                answer: dict[str, Any] = json.loads(connection.recv(patience_s))
                if answer.get("id") == _ID and answer.get("type") != "alert":
                    break
    except (OSError, WebSocketException, TimeoutError) as error:
        raise ServeError(
            f"The daemon at {run.url} does not answer ({error or type(error).__name__}).",
            "`distressd status` says more.",
        ) from error
    if answer["type"] == "error":
        raise Refused(str(answer["message"]))
    return answer
