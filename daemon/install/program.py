"""What a service starts: this interpreter, with the environment that the daemon reads."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from daemon.config.load import ENVIRONMENT as CONFIG
from daemon.config.load import find_config, read_config
from daemon.state import state_path

# A service starts with an empty environment. What of ours this command was given, the service
# gets too: else it would run with other settings, models or modules than the user has tried.
KEPT = (CONFIG, "DISTRESSD_MODELS", "PYTHONPATH")


@dataclass(frozen=True, slots=True)
class Program:
    """An interpreter, arguments for ``distressd run``, an environment and the state folder."""

    python: Path
    arguments: tuple[str, ...]
    environment: dict[str, str]
    state: Path

    @classmethod
    def here(cls, config: Path | None = None) -> "Program":
        """What this command itself runs with.

        Args:
            config: a configuration named on the command line.

        Raises:
            ConfigError: the configuration has mistakes: a service of it would never start.
        """
        read_config(find_config(config))
        kept = {name: _absolute(os.environ[name]) for name in KEPT if os.environ.get(name)}
        if config is not None:
            kept[CONFIG] = str(config.expanduser().absolute())
        state = state_path()
        # The folder of the environment's python, not of the one that it links to.
        return cls(Path(sys.executable), (), {**kept, "DISTRESSD_STATE": str(state)}, state)


def _absolute(paths: str) -> str:
    """Paths that mean the same from any working directory."""
    parts = paths.split(os.pathsep)
    return os.pathsep.join(str(Path(part).expanduser().absolute()) for part in parts)
