"""What a person asks of the store: it is done while they wait, or they are told that it was not."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Literal

from daemon.errors import StateError
from daemon.store.feedback import remove_feedback, store_feedback
from daemon.store.removal import Removal, rebuild, remove_damaged
from daemon.store.writer import Writer

FeedbackKind = Literal["ack", "false_alarm"]

FEEDBACK_PATIENCE_S = 5.0
FORGET_PATIENCE_S = 120.0


class Errands:
    """Runs them through the writer, between alerts; whoever asks waits for the end.

    Args:
        writer: what writes.
        folder: where the store is.
    """

    def __init__(self, writer: Writer, folder: Path) -> None:
        self._writer = writer
        self._folder = folder

    def feedback(self, kind: FeedbackKind, alert: str, wall: float) -> None:
        """Keep what a person said of ``alert`` at ``wall`` (seconds since 1970).

        Raises:
            StateError: it cannot be written.
        """
        self._carry_out(
            lambda connection: store_feedback(connection, (alert, kind, wall)),
            f"The feedback on alert {alert!r} could not be stored",
        )

    def revoke(self, alert: str) -> None:
        """Take back what people said of ``alert``.

        Raises:
            StateError: nothing was said of it, or it cannot be written.
        """
        found: list[int] = []
        self._carry_out(
            lambda connection: found.append(remove_feedback(connection, alert)),
            f"The feedback on alert {alert!r} could not be removed",
        )
        if not found or not found[0]:
            raise StateError(f"Nobody has said anything of an alert {alert!r}.")

    def forget(self, since: float, until: float) -> frozenset[str]:
        """Remove a span of wall time for good, a little at a time; alerts come in between.

        Returns:
            The alerts that were removed.

        Raises:
            StateError: it cannot be done now, or not all of it.
        """
        self._writer.forget_minutes(since, until)
        removal = Removal(since, until)
        while not removal.done:
            self._carry_out(removal.some, "Not everything could be removed", FORGET_PATIENCE_S)
        if since <= 0.0:
            remove_damaged(self._folder)
        failure = "What was removed may still be found"
        self._carry_out(rebuild, failure, FORGET_PATIENCE_S, bare=True)
        return removal.alerts

    def _carry_out(
        self,
        job: Callable[[sqlite3.Connection], None],
        failure: str,
        patience_s: float = FEEDBACK_PATIENCE_S,
        *,
        bare: bool = False,
    ) -> None:
        """Have the writer do ``job``, and wait for it; ``failure`` begins the error's sentence."""
        done: Future[None] | None = None
        try:
            done = self._writer.submit(job, bare=bare)
            done.result(patience_s)
        except (sqlite3.Error, OSError, CancelledError, TimeoutError, OverflowError) as error:
            if done is not None:
                done.cancel()  # it is not written after the person was told that it failed
            words = str(error) or type(error).__name__
            raise StateError(f"{failure} ({words}).", "Try again.") from error
