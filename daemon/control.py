"""Carries out what subscribers ask for."""

import time
from dataclasses import dataclass

from daemon.fusion.thread import FusionThread
from daemon.remarks import Recall
from daemon.store.journal import Journal


@dataclass(frozen=True, slots=True)
class ServiceControl:
    """Feedback goes to the store and may block; pauses go to fusion and do not."""

    journal: Journal
    fusion: FusionThread
    recall: Recall

    def ack(self, alert: str) -> None:
        """Keep that a person has seen ``alert``; a StateError if there is none."""
        self.journal.feedback("ack", alert)
        self.recall.now()

    def false_alarm(self, alert: str) -> None:
        """Keep that ``alert`` was no distress; a StateError if there is none."""
        self.journal.feedback("false_alarm", alert)
        self.recall.now()

    def pause(self, seconds: float) -> None:
        """Raise no alerts for ``seconds`` of wall time."""
        self.fusion.pause(time.time() + seconds)

    def resume(self) -> None:
        """End a pause."""
        self.fusion.resume()
