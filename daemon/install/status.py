"""What a service manager says of the installed service."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One look.

    Attributes:
        installed: its file is in place.
        enabled: it starts by itself.
        running: it runs now.
        state: the manager's own words.
        pid: of the daemon, while it runs.
        restarts: how often the manager had to start it anew.
        result: how it ended last, in the manager's word; ``success`` where nothing went wrong.
        file: the unit, or the agent's property list.
    """

    installed: bool
    enabled: bool
    running: bool
    state: str
    pid: int | None
    restarts: int | None
    result: str
    file: str
