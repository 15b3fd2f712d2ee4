import time

from daemon.health import Health
from daemon.store.database import FILE
from daemon.store.journal import Journal
from daemon.store.minute import Minute
from daemon.store.tidying import CHECKPOINT_ABOVE_BYTES

NOW = 1_700_000_000.0
DAY = 86_400


def test_work_without_end_does_not_put_tidying_off(tmp_path, event):
    with Journal.open(
        tmp_path, health=Health(), clock=lambda: NOW, commit_patience_s=30.0, tidy_every_s=0.3
    ) as journal:
        journal.append(event("old", "cleared", wall=NOW - 91 * DAY, reason="ended"))
        deadline = time.monotonic() + 30
        while journal.since(0, limit=1)[0].id == "old":  # never idle for tidy_every_s
            journal.append(event("a", "cleared", reason="ended"))
            journal.minute(Minute(int(NOW) // 60 * 60, 1, 0, -60.0, -20.0, 0.1, 0.1, {}, {}))
            assert time.monotonic() < deadline
        grown = (tmp_path / FILE).stat().st_size
        while (tmp_path / FILE).stat().st_size == grown:  # the log is moved, too
            journal.append(event("a", "cleared", reason="ended"))
            assert time.monotonic() < deadline


def test_a_log_that_was_moved_is_short_again(tmp_path, event):
    log = tmp_path / f"{FILE}-wal"
    with Journal.open(
        tmp_path, health=Health(), clock=lambda: NOW, commit_patience_s=30.0, tidy_every_s=0.02
    ) as journal:
        journal.append(event("a"))
        while log.stat().st_size < CHECKPOINT_ABOVE_BYTES * 2:
            journal.append(event("a", "updated"))
        journal.append(event("a", "cleared", reason="ended"))
        deadline = time.monotonic() + 30
        while log.stat().st_size > CHECKPOINT_ABOVE_BYTES:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        assert journal.append(event("b", "cleared", reason="ended")).durable
    with Journal.open(tmp_path, health=Health(), clock=lambda: NOW) as journal:
        assert journal.since(0)[-1].id == "b"
