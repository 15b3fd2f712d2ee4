"""What an uninstalled service leaves: the user's own, and nothing else."""

from pathlib import Path

from daemon.clips.folder import FOLDER
from daemon.clips.identity import default_identity
from daemon.config.load import user_config_file
from daemon.state import state_path
from models.registry import user_folder


def leftovers(state: Path | None = None) -> list[tuple[str, Path]]:
    """What it is, and where; only what exists.

    Args:
        state: the state folder, where it is not that of this user.
    """
    folder = state or state_path()
    candidates = [
        ("alerts, history and token", folder),
        ("recorded clips of sound, encrypted", folder / FOLDER),
        ("the key with which clips are heard", default_identity()),
        ("settings", user_config_file()),
        ("model files", user_folder()),
    ]
    return [(what, path) for what, path in candidates if path.exists()]
