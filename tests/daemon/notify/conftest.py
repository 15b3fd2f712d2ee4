"""What every test of notices watches."""

import queue

import pytest

from daemon.health import Health, PartHealth

PATIENCE_S = 60


class Board(Health):
    """Health whose changes can be awaited."""

    def __init__(self) -> None:
        super().__init__()
        self.changes: queue.Queue[tuple[str, PartHealth]] = queue.Queue()
        self.listen(lambda part, health: self.changes.put((part, health)))

    def until(self, part: str, state: str) -> PartHealth:
        """Wait until ``part`` becomes ``state``."""
        while True:
            changed, health = self.changes.get(timeout=PATIENCE_S)
            if (changed, health.state) == (part, state):
                return health


@pytest.fixture
def board():
    return Board()
