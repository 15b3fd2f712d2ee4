"""What has become of what one channel was to tell. Pure: it is told the time."""

from collections import Counter
from dataclasses import dataclass

from daemon.errors import UsageError
from daemon.wire.base import rfc3339
from daemon.wire.channels import ChannelTest

TEST_EVERY_S = 5.0  # a button that is pressed again and again rings no phone without end


@dataclass(frozen=True, slots=True)
class Telling:
    """Of one channel, by wall time: when it last told, when and why it last did not.

    Attributes:
        failing_since: the first failure after the last success.
        resting_until: the circuit is open, and it is left alone so long.
        delivered: the last success.
        error: the last failure, as a sentence.
        error_time: when that was.
        test: the last test.
    """

    failing_since: float | None = None
    resting_until: float | None = None
    delivered: float | None = None
    error: str = ""
    error_time: float | None = None
    test: ChannelTest | None = None


class Record:
    """Counts what was sent, given up and tried again, and remembers the last of each.

    Not thread-safe: its owner has the lock.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter(sent=0, failed=0, retried=0)
        self._failing_since: float | None = None
        self._resting_until: float | None = None
        self._delivered: float | None = None
        self._error = ""
        self._error_time: float | None = None
        self._test: ChannelTest | None = None
        self._tested = 0.0

    def works(self) -> None:
        """The last attempt went well."""
        self._failing_since = self._resting_until = None

    def delivered(self, wall: float) -> None:
        """Something was told."""
        self._delivered = wall
        self.works()

    def failed(self, sentence: str, wall: float, resting_until: float | None = None) -> None:
        """An attempt went wrong, and is repeated."""
        self.counts["retried"] += 1
        if self._failing_since is None:
            self._failing_since = wall
        self._resting_until = resting_until
        self._error, self._error_time = sentence, wall

    def refused(self, sentence: str, wall: float) -> None:
        """The other end answers, and does not take this one."""
        self._error, self._error_time = sentence, wall
        self.works()

    def test_asked(self, wall: float, now_s: float) -> None:
        """Somebody wants a test at the monotonic time ``now_s``.

        Raises:
            UsageError: another one is on its way, or was just sent.
        """
        if self._test is not None and self._test.outcome == "sending":
            raise UsageError("A test is on its way already.")
        if self._test is not None and now_s - self._tested < TEST_EVERY_S:
            raise UsageError("A test was sent just now.", "Wait a few seconds.")
        self._test = ChannelTest(asked=rfc3339(wall), outcome="sending")
        self._tested = now_s

    def test_over(self, *, delivered: bool) -> None:
        """The test was told, or failed of the last error."""
        if self._test is not None and self._test.outcome == "sending":
            outcome = "delivered" if delivered else "failed"
            reason = "" if delivered else self._error
            self._test = self._test.model_copy(update={"outcome": outcome, "reason": reason})

    def telling(self) -> Telling:
        """What is remembered."""
        return Telling(
            self._failing_since,
            self._resting_until,
            self._delivered,
            self._error,
            self._error_time,
            self._test,
        )
