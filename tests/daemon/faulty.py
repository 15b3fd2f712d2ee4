"""The daemon with a fault built in, as a program: ``python faulty.py FAULT run ...``."""

import os
import sys
import threading
from pathlib import Path

from daemon import anew, supervision
from daemon.cli import main
from daemon.fusion.fuser import Fuser
from daemon.serve.server import AlertServer


def fusion_dies() -> None:
    """In the first process only, once there is a file ``die`` in the state folder."""
    if anew.TIMES in os.environ:
        return
    hear = Fuser.hear

    def die(self, evidence):
        if Path(os.environ["DISTRESSD_STATE"], "die").exists():
            raise RuntimeError("a bug in fusion")
        return hear(self, evidence)

    Fuser.hear = die


def fusion_dies_always() -> None:
    def die(self, evidence):
        raise RuntimeError("a bug in fusion")

    Fuser.hear = die


def stopping_hangs() -> None:
    def hang_for_ever(self):
        threading.Event().wait()

    AlertServer.stop = hang_for_ever


def notifier_dies_once() -> None:
    from daemon.notify.sender import Sender

    look = Sender._look
    died = []

    def die(self: Sender, now: float) -> object:
        if not died:
            died.append(now)
            raise RuntimeError("a bug in the notifier")
        return look(self, now)

    Sender._look = die


def impatient() -> None:
    """A sound library that hangs is not waited for for long."""
    supervision.HANG_S = 2.0


if __name__ == "__main__":
    globals()[sys.argv.pop(1)]()
    main(prog_name="distressd")
