"""Says that somebody was refused: once a minute for each peer and kind, and few in all."""

import logging
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

QUIET_S = 60.0
# Peers may have as many addresses as they like.
MOST_LINES = 20


class Refusals:
    """Keeps clients that try again and again from filling the log.

    What a client can choose, such as the text of a reason, never decides whether a line is
    written. What is left out is counted and told when the minute is over.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = clock()
        self._said: set[tuple[str, str]] = set()
        self._left_out = 0

    def say(self, peer: str, reason: str, consequence: str) -> None:
        """Log that ``peer`` was refused, unless that was said a moment ago.

        Args:
            peer: the address of the other end.
            reason: may hold what the client sent.
            consequence: the kind of refusal, in the daemon's own words.
        """
        if self._clock() - self._since >= QUIET_S:
            self.tell_rest()
        if (peer, consequence) in self._said or len(self._said) >= MOST_LINES:
            self._left_out += 1
            return
        self._said.add((peer, consequence))
        logger.warning("Refused %s: %s; %s", peer, reason, consequence)

    def tell_rest(self) -> None:
        """Log how many were left out, and begin another minute."""
        if self._left_out:
            logger.warning("… and %d more refusals; /metrics counts all by kind", self._left_out)
        self._since, self._left_out = self._clock(), 0
        self._said.clear()
