"""Something else than events that the store's writer is asked to do."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from daemon.store.database import transaction
from daemon.store.store import Store

Work = Callable[[sqlite3.Connection], None]


@dataclass(frozen=True, slots=True)
class Job:
    """Done once; a failure is the future's, and is not tried again.

    Attributes:
        work: what is done.
        bare: without a transaction, for what cannot be in one.
        done: for whoever asked.
    """

    work: Work
    bare: bool
    done: Future[None] = field(default_factory=Future)

    def run(self, store: Store) -> None:
        """Do it, unless nobody waits for it any more."""
        if not self.done.set_running_or_notify_cancel():
            return
        try:
            if self.bare:
                self.work(store.connection)
            else:
                with transaction(store.connection):
                    self.work(store.connection)
        except Exception as error:  # noqa: BLE001 - it is raised where the job was submitted
            self.done.set_exception(error)
        else:
            self.done.set_result(None)
            store.disk.sync()
