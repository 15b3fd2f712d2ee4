"""Says what changes beside alerts: the source, the parts, the channels, and what is heard now."""

import time
from collections.abc import Callable
from typing import Final, Literal

from daemon.acoustic.evidence import AcousticEvidence
from daemon.health import PartHealth
from daemon.hearing import Hearing
from daemon.notify.notifier import Notifier
from daemon.pipeline import Pipeline
from daemon.serve.server import AlertServer
from daemon.telemetry import TELEMETRY_SAMPLES, telemetry
from daemon.wire.base import rfc3339
from daemon.wire.channels import Channels, ChannelStatus
from daemon.wire.server import PartChanged, PartStatus, SourceChanged, Vitals

_WIRED: Final[dict[str, Literal["language", "sound_events", "store", "clips"]]] = {
    "language": "language",
    "sound_events": "sound_events",
    "store": "store",
    "clips": "clips",
}


class Herald:
    """Makes messages of it for who listens to the server, and asks for none where nobody does.

    Args:
        server: has the subscribers.
        notifier: has channels that show how the source is.
        pipeline: what hears.
        hearing: how it hears.
        channels: how notification channels get on.
    """

    def __init__(
        self,
        server: AlertServer,
        notifier: Notifier,
        pipeline: Pipeline,
        hearing: Hearing,
        channels: Callable[[], Channels],
    ) -> None:
        self._server = server
        self._notifier = notifier
        self._pipeline = pipeline
        self._hearing = hearing
        self._channels = channels
        self._told: tuple[ChannelStatus, ...] = ()
        self._telemetry_sample = 0

    def source(self) -> None:
        """The source or its pause has changed; in any thread."""
        self._notifier.state_changed()
        self._server.publish_status(
            SourceChanged(
                time=rfc3339(time.time()),
                stream_s=self._hearing.stream_s(),
                source=self._hearing.source(),
            )
        )

    def part(self, part: str, health: PartHealth) -> None:
        """The health of ``part`` has changed: of those that are on the wire; in any thread."""
        if part == "source":
            self.source()
        elif part in _WIRED:
            self._server.publish_status(
                PartChanged(
                    type=_WIRED[part],
                    time=rfc3339(time.time()),
                    stream_s=self._hearing.stream_s(),
                    status=PartStatus(
                        state=health.state, reason=health.reason, remedy=health.remedy
                    ),
                )
            )

    def channels(self) -> None:
        """How channels get on, where that has changed since this was last called."""
        if not self._server.channels_wanted:
            return
        channels = self._channels()
        if channels.channels != self._told:
            self._told = channels.channels
            self._server.publish_channels(channels)

    def vitals(self, vitals: Vitals | None) -> None:
        """Whether the daemon still listens, where there is news of it."""
        if vitals is not None and self._server.telemetry_wanted:
            self._server.publish_vitals(vitals)

    def heard(self, evidence: AcousticEvidence) -> None:
        """What is heard, so many times a second; in the hop loop's thread."""
        self._pipeline.loop.watched = wanted = self._server.telemetry_wanted
        if wanted and evidence.sample - self._telemetry_sample >= TELEMETRY_SAMPLES:
            self._telemetry_sample = evidence.sample
            fused = self._pipeline.fusion.latest
            self._server.publish_telemetry(telemetry(evidence, fused, self._pipeline.clock))
