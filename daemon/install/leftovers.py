"""What an uninstalled service leaves: the user's own, and nothing else."""

from pathlib import Path

from daemon.config.load import user_config_file
from daemon.state import state_path
from models.registry import user_folder


def leftovers(state: Path | None = None) -> list[tuple[str, Path]]:
    """What it is, and where; only what exists.

    Args:
        state: the state folder, where it is not that of this user.
    """
    candidates = [
        ("alerts, history and token", state or state_path()),
        ("settings", user_config_file()),
        ("model files", user_folder()),
    ]
    return [(what, path) for what, path in candidates if path.exists()]
