"""What nobody had acknowledged when the last daemon ended is still waiting for an answer.

That is kept with all that waits (:mod:`daemon.notify.shelf`), but for what came just before a
daemon was killed.
"""

import logging
import time

from daemon.errors import StateError
from daemon.notify.notifier import Notifier
from daemon.store.journal import Journal

log = logging.getLogger(__name__)

# One whose time ran out while no daemon ran may be told twice; never not at all.
GRACE_S = 60.0


def remind(notifier: Notifier, journal: Journal) -> None:
    """Have the channels that escalate wait for the alerts of their time."""
    longest = notifier.escalates_s
    if not longest:
        return
    now = time.time()
    try:
        lives = journal.archive.lives(now - longest - GRACE_S)
    except StateError as error:
        log.warning("Alerts from before the start are not escalated: %s", error)
        return
    known = notifier.waits_for_answer
    for life in lives:
        if life.said is None and life.id not in known:
            event = life.events[-1].model_copy(update={"level": life.level, "why": life.why})
            notifier.unanswered(event, now - life.raised, GRACE_S)
