"""What the daemon does when it is signalled.

========= ======================================================================
SIGTERM   stop: what is decided is stored and sent; after five seconds it is over
SIGINT    the same
SIGHUP    read the configuration again
SIGUSR1   write what every thread does to standard error
SIGABRT   the same, and die: systemd's watchdog sends it
========= ======================================================================
"""

import faulthandler
import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

log = logging.getLogger(__name__)

DRAIN_S = 5.0
_STDERR = 2  # the descriptor: it works whatever the interpreter does


class Drain:
    """The time that a stop may take. Whatever hangs then is written down, and left behind.

    Every alert that went out is in the store by then: an end without a farewell loses none.
    """

    def __init__(self, patience_s: float = DRAIN_S) -> None:
        self._patience_s = patience_s
        self._begun = False

    def begin(self) -> None:
        """The stop begins; safe in a signal handler. A second call changes nothing."""
        if not self._begun:
            self._begun = True
            faulthandler.dump_traceback_later(self._patience_s, exit=True, file=_STDERR)

    @staticmethod
    def end() -> None:
        """Everything has stopped."""
        faulthandler.cancel_dump_traceback_later()


def install(stop: Callable[[str], None], reload: Callable[[], None], drain: Drain) -> None:
    """Take the signals; from the main thread only.

    Args:
        stop: asks the daemon to stop, with the reason.
        reload: asks it to read its configuration again.
        drain: begun when the daemon is asked to stop.
    """

    def on_stop(number: int, _frame: FrameType | None) -> None:
        drain.begin()
        stop(f"stopped by {signal.Signals(number).name}")

    def on_reload(_number: int, _frame: FrameType | None) -> None:
        reload()

    faulthandler.enable(file=_STDERR)
    signal.signal(signal.SIGTERM, on_stop)
    signal.signal(signal.SIGINT, on_stop)
    signal.signal(signal.SIGHUP, on_reload)
    _dump_on_demand()


def _dump_on_demand() -> None:
    """A thread that writes every thread down at each SIGUSR1, whatever the main thread does.

    faulthandler.register would do it inside the signal: it reads the frames of threads that run
    meanwhile, and dies of one that is just returning. This thread holds the interpreter's lock.
    """
    asked, ask = os.pipe()
    os.set_blocking(ask, False)
    signal.set_wakeup_fd(ask, warn_on_full_buffer=False)  # full: dumps enough are owed already
    signal.signal(signal.SIGUSR1, lambda _number, _frame: None)

    def dump() -> None:
        while numbers := os.read(asked, 64):
            if signal.SIGUSR1 not in numbers:
                continue
            faulthandler.dump_traceback(file=_STDERR, all_threads=True)
            log.warning(
                "Every thread is written to standard error: %s.",
                ", ".join(f"{t.name} 0x{t.ident:016x}" for t in threading.enumerate() if t.ident),
            )

    threading.Thread(target=dump, name="dump", daemon=True).start()
