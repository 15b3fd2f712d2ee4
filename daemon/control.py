"""Carries out what subscribers ask for."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from daemon.clips.folder import Span
from daemon.clips.recorder import Recorder
from daemon.fusion.thread import FusionThread
from daemon.notify.notifier import Notifier
from daemon.remarks import Recall
from daemon.settings import LiveSettings
from daemon.store.journal import Journal
from daemon.wire.base import rfc3339
from daemon.wire.channels import Channels
from daemon.wire.history import Said
from daemon.wire.server import Feedback
from daemon.wire.settings import Settings, Value


@dataclass(frozen=True, slots=True)
class ServiceControl:
    """Feedback and settings go to the disk and may block; pauses go to fusion and do not.

    Attributes:
        notifier: the notifier, once it is made.
    """

    journal: Journal
    fusion: FusionThread
    recall: Recall
    live: LiveSettings
    stream_s: Callable[[], float]
    recorder: Recorder
    notifier: Callable[[], Notifier]

    def ack(self, alert: str) -> None:
        """Keep that a person has seen ``alert``; a StateError if there is none."""
        self.journal.feedback("ack", alert)
        self.notifier().answered(alert)
        self.recall.now()

    def false_alarm(self, alert: str) -> None:
        """Keep that ``alert`` was no distress; a StateError if there is none."""
        self.journal.feedback("false_alarm", alert)
        self.notifier().answered(alert)
        self.recall.now()

    def revoke(self, alert: str) -> None:
        """Take back what was said of ``alert``; a StateError if nothing was."""
        self.journal.revoke(alert)
        self.recall.now()

    def forget(self, since: float, until: float) -> None:
        """Remove what happened from ``since`` to ``until``; a StateError if that fails."""
        self.notifier().forget(since, until)
        alerts = self.journal.forget(since, until)
        self.recorder.forget(Span(since, until, alerts))
        self.recall.now()

    def pause(self, seconds: float) -> None:
        """Raise no alerts for ``seconds`` of wall time."""
        self.fusion.pause(time.time() + seconds)

    def resume(self) -> None:
        """End a pause."""
        self.fusion.resume()

    def channels(self) -> Channels:
        """How each notification channel gets on."""
        notifier = self.notifier()
        return Channels(
            time=rfc3339(time.time()),
            stream_s=self.stream_s(),
            id=None,
            channels=notifier.channels(),
            reason=notifier.mute,
        )

    def test(self, channel: str) -> None:
        """Have ``channel`` tell a test; a UsageError if there is none, or it has just done so."""
        self.notifier().test(channel)

    def settings(self) -> Settings:
        """What can change while the daemon runs."""
        return self.live.told(rfc3339(time.time()), self.stream_s())

    def change(self, values: dict[str, Value]) -> None:
        """Keep ``values`` and put them into force; a UsageError if they are wrong."""
        self.live.change(values)


@dataclass(frozen=True, slots=True)
class LocalControl:
    """The same for who is no subscriber: a button on the desktop, a switch by MQTT.

    Attributes:
        control: carries it out.
        publish: tells every subscriber what somebody has said.
    """

    control: ServiceControl
    publish: Callable[[Feedback], None]

    def ack(self, alert: str) -> None:
        """Keep that a person has seen ``alert``; a StateError if there is none."""
        self.control.ack(alert)
        self._tell(alert, "ack")

    def false_alarm(self, alert: str) -> None:
        """Keep that ``alert`` was no distress; a StateError if there is none."""
        self.control.false_alarm(alert)
        self._tell(alert, "false_alarm")

    def pause(self, seconds: float) -> None:
        """Raise no alerts for ``seconds`` of wall time."""
        self.control.pause(seconds)

    def resume(self) -> None:
        """End a pause."""
        self.control.resume()

    def _tell(self, alert: str, said: Said) -> None:
        now = rfc3339(time.time())
        stream_s = self.control.stream_s()
        self.publish(Feedback(time=now, stream_s=stream_s, alert=alert, said=said))
