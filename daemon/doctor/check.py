"""What a check is given and what it answers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from daemon.config.schema import Config

Mark = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What the daemon would run with."""

    config: Config
    state: Path  # the state folder


@dataclass(frozen=True, slots=True)
class Finding:
    """``failed``: the daemon cannot do its work; ``warning``: it does less than it could."""

    mark: Mark
    message: str
    remedy: str = ""
