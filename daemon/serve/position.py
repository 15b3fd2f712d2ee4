"""Where a subscription stands: what it has seen, across connections. No input or output here."""

from typing import Any


class Position:
    """Remembers store and number of the last alert event, so that each comes once.

    Args:
        since: number of the last event that is known from an earlier subscription.
        epoch: the store that it is of.
    """

    def __init__(self, since: int | None = None, epoch: str | None = None) -> None:
        self.since = since
        self.epoch = epoch

    def hello(self, token: str) -> dict[str, Any]:
        """The first message of a connection."""
        return {"type": "hello", "v": 1, "token": token, "since": self.since, "epoch": self.epoch}

    def is_new(self, message: dict[str, Any]) -> bool:
        """Take ``message`` in; false for an alert event that has been seen."""
        match message["type"]:
            case "snapshot":
                same = message["epoch"] == self.epoch
                known = self.since if same and self.since is not None else message["seq"]
                self.epoch, self.since = message["epoch"], min(known, message["seq"])
            case "alert":
                if self.since is not None and message["seq"] <= self.since:
                    return False
                self.since = message["seq"]
        return True
