"""The daemon that a command speaks to."""

from daemon.errors import ServeError
from daemon.state import Run, state_path


def running() -> Run:
    """The daemon that runs with the state folder.

    Raises:
        ServeError: none does.
    """
    folder = state_path()
    run = Run.read(folder)
    if run is None:
        raise ServeError(
            f"No daemon runs with the state folder {folder}.", "Start it with: distressd run"
        )
    return run
