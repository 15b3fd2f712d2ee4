"""What people said of past alerts, from the store to fusion."""

import time
from typing import Final

from daemon.fusion.history import History, Remark
from daemon.store.journal import Journal

EXPIRES_DAYS: Final = 30
DAY_S: Final = 86_400.0


def history_of(journal: Journal) -> History:
    """The newest word on each alert of the last 30 days; what is older has expired.

    A word is taken back by the other one: ``ack`` after ``false_alarm``.

    Raises:
        StateError: the store cannot be read.
    """
    since = time.time() - EXPIRES_DAYS * DAY_S
    return History(
        tuple(
            Remark(
                alert=event.id,
                kind=event.kind,
                sound=event.sounds[0].label if event.sounds else None,
                false=said == "false_alarm",
            )
            for event, said in journal.remarks(since)
        )
    )
