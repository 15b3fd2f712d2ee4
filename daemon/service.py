"""The composition root: starts the parts in order, and stops them in reverse."""

import gc
import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from daemon.acoustic.evidence import AcousticEvidence
from daemon.acoustic.load import load_ear
from daemon.acoustic.second_ear import SecondEar, heard_here
from daemon.anew import restarts
from daemon.clips.recorder import Recorder
from daemon.config.schema import Config
from daemon.control import LocalControl, ServiceControl
from daemon.errors import DistressdError, PartDied
from daemon.exports import export_language, export_notifier, export_pipeline, export_recorder
from daemon.health import Health, PartHealth
from daemon.hearing import Hearing
from daemon.herald import Herald
from daemon.language.lane import LanguageLane
from daemon.minutes import MinuteTally
from daemon.notify.channels.made import Surroundings
from daemon.notify.channels.standing import Standing
from daemon.notify.notifier import Notifier
from daemon.notify.reminder import remind
from daemon.notify.shelf import Shelf
from daemon.pipeline import Pace, Pipeline
from daemon.remarks import Recall
from daemon.serve.metrics import Metrics
from daemon.serve.server import AlertServer
from daemon.settings import LiveSettings
from daemon.state import StateFolder
from daemon.store.journal import Journal
from daemon.store.minute import Minute
from daemon.supervision import Flow, Part, Supervision
from daemon.upkeep import Upkeep
from daemon.vitals import Pulse
from daemon.wire.alert import AlertEvent

log = logging.getLogger(__name__)

POLL_S = 0.5


class Service:
    """The daemon: one source, one ear, one store, one server.

    Args:
        config: the whole configuration.
        spec: ``mic``, ``demo``, ``stdin`` or ``file:PATH``.
        pace: ``realtime`` or ``max``.
        linger: go on serving when a recording or standard input has ended.
        state: the state folder; by default DISTRESSD_STATE or the platform's.
        reread: reads the configuration again when :meth:`reload` is called.
        settings_file: where ``reread`` reads, or will once the file is there; None: nowhere.
        stopping: called once, when the parts begin to stop.
    """

    def __init__(
        self,
        config: Config,
        spec: str,
        pace: Pace = "realtime",
        *,
        linger: bool = False,
        state: Path | None = None,
        reread: Callable[[], Config] | None = None,
        settings_file: Callable[[], Path] | None = None,
        stopping: Callable[[], None] | None = None,
    ) -> None:
        self._config = config
        self._reread = reread
        self._live = LiveSettings(
            lambda: self._config,
            settings_file,
            self.reload,
            lambda: self.health.part("config").reason,
        )
        self._on_stop = stopping
        self._reload = False
        self._spec = spec
        self._pace: Pace = pace
        self._linger = linger
        self._state_path = state
        self._stopping = threading.Event()
        self._reason = "the source has ended"
        self.health = Health()
        self.metrics = Metrics()

    def run(self) -> None:
        """Listen until the source ends or :meth:`stop` is called; then stop in order.

        Raises:
            DistressdError: if a part cannot be started, or died.
        """
        with ExitStack() as parts:
            self._open_state(parts)
            self._make_pipeline()
            self._open_store(parts)
            self._make_recorder()
            self._make_notifier()
            self._start_server(parts)
            self._start_notifier(parts)
            self._start_recorder(parts)
            self._start_language(parts)
            self._start_pipeline(parts)
            self._settle()
            self._start_upkeep(parts)
            self._wait()
        error = self._pipeline.error
        if isinstance(error, Exception) and not isinstance(error, DistressdError):
            raise PartDied(f"A part of the daemon died ({error}).", "The log has more.") from error
        if error is not None:
            raise error

    def stop(self, reason: str) -> None:
        """Ask :meth:`run` to end; safe in a signal handler."""
        self._reason = reason
        self._stopping.set()

    def reload(self) -> None:
        """Ask for the configuration to be read again; safe in a signal handler."""
        self._reload = True

    def _open_state(self, parts: ExitStack) -> None:
        self._state = StateFolder.open(self._state_path)
        parts.callback(self._state.close)

    def _make_pipeline(self) -> None:
        ear = load_ear(self._config, self.health)
        sounds = self.health.part("sound_events")
        if sounds.state == "off":
            log.warning("Sound events are %s %s", sounds.reason, sounds.remedy)
        self._lane = self._make_lane()
        self._pipeline = Pipeline(
            self._config,
            ear,
            self._spec,
            self._pace,
            self.health,
            self._deliver,
            heard=self._heard,
            failed=lambda _: self.stop("a part died"),
            pause_changed=self._pause_changed,
            lane=self._lane,
            in_step=self._pace == "max",
            second_ear=self._second_ear(),
        )
        self._hearing = Hearing(self._pipeline, self.health)
        self._tally = MinuteTally(self._pipeline.clock)
        self._keeps_history = self._pipeline.source.name != "demo"
        export_pipeline(self.metrics, self._pipeline)
        self.metrics.watch_health(self.health)

    def _make_lane(self) -> LanguageLane | None:
        if not self._config.language.enabled:
            self.health.report(
                "language", "off", "switched off by [language] enabled or --no-language"
            )
            return None
        lane = LanguageLane(self._config.language, self.health, lossless=self._pace == "max")
        export_language(self.metrics, lane)
        return lane

    def _second_ear(self) -> SecondEar | None:
        """The language worker; in step, where the stream waits for each answer, this process."""
        if not self._config.acoustic.second_ear:
            self.health.report("second_ear", "off", "switched off by [acoustic] second_ear")
            return None
        if self._pace == "max":
            return heard_here()
        if self._lane is None:
            self.health.report("second_ear", "off", "its process is switched off with [language]")
        else:
            self.health.report("second_ear", "starting", "its network is being loaded")
        return self._lane

    def _start_language(self, parts: ExitStack) -> None:
        """Models load in the background; listening does not wait for them."""
        if self._lane is not None:
            parts.callback(self._lane.stop)
            self._lane.start()

    def _open_store(self, parts: ExitStack) -> None:
        self._journal = Journal.open(
            self._state.path,
            health=self.health,
            transcripts=self._config.privacy.transcripts,
            retention_days=self._config.store.retention_days,
            max_mb=self._config.store.max_mb,
        )
        self._recall = Recall(
            self._journal, self._pipeline.fusion.learn, of_now=self._pipeline.of_now
        )
        parts.callback(self._journal.close)
        parts.callback(self._keep_last_minute)

    def _make_recorder(self) -> None:
        never = ""
        if not self._keeps_history:
            never = "the demonstration is not recorded"
        elif self._pace == "max":
            never = "a recording that is played as fast as it goes is not recorded"
        self._recorder = Recorder(
            self._config.clips, self._pipeline.ring, self._state.path, self.health, never=never
        )
        export_recorder(self.metrics, self._recorder)

    def _make_notifier(self) -> None:
        self._control = ServiceControl(
            self._journal,
            self._pipeline.fusion,
            self._recall,
            self._live,
            self._hearing.stream_s,
            self._recorder,
            notifier=lambda: self._notifier,  # made below
        )
        local = LocalControl(
            self._control,
            lambda said: self._server.publish_feedback(said),  # noqa: PLW0108 - made below
        )
        self._notifier = Notifier(
            self._config.notify,
            self._config.quiet_hours,
            self.health,
            self._pipeline.source.name,
            around=Surroundings(self._standing, local, lambda: self._config.privacy.transcripts),
            shelf=Shelf(self._journal),
        )
        export_notifier(self.metrics, self._notifier)

    def _start_server(self, parts: ExitStack) -> None:
        self._server = AlertServer(
            self._config.serve,
            journal=self._journal,
            token=self._state.token,
            health=self.health,
            control=self._control,
            metrics=self.metrics,
            source=self._hearing.source,
            stream_s=self._hearing.stream_s,
            obstacles=self._hearing.obstacles,
        )
        self._herald = Herald(
            self._server,
            self._notifier,
            self._pipeline,
            self._hearing,
            self._control.channels,
        )
        self._server.start()
        parts.callback(self._server.stop)
        self.health.listen(self._health_changed)
        self._state.write_run(self._server.url)

    def _start_notifier(self, parts: ExitStack) -> None:
        self._notifier.start()
        parts.callback(self._notifier.stop)
        remind(self._notifier, self._journal)

    def _start_recorder(self, parts: ExitStack) -> None:
        parts.callback(self._recorder.stop)
        self._recorder.start()

    def _start_pipeline(self, parts: ExitStack) -> None:
        self._recall.look(time.monotonic())
        parts.callback(self._pipeline.stop)
        self._pipeline.start()

    def _settle(self) -> None:
        """What was made until now stays: the collector need not walk it between hops."""
        gc.collect()
        gc.freeze()

    def _start_upkeep(self, parts: ExitStack) -> None:
        journal, notifier, source = self._journal, self._notifier, self._pipeline.source
        recorder = self._recorder
        watched = [
            Part("The store's writer", lambda: journal.alive),
            Part("The server", lambda: self._server.alive),
            # One that died of an error has ended the stream already, and is told with it.
            Part("Fusion", lambda: self._pipeline.fusion.alive or bool(self._pipeline.error)),
            Part("The notifier", lambda: notifier.alive, notifier.revive),
            Part("The recorder of clips", lambda: recorder.alive, recorder.start),
        ]
        if (lane := self._lane) is not None:
            watched.append(Part("The language lane", lambda: lane.alive, lane.start))
        self._upkeep = Upkeep(
            self._config,
            self._reread,
            self._apply,
            Supervision(
                tuple(watched),
                lambda: getattr(source, "stuck_s", 0.0),
                restarts=restarts(),
            ),
            Flow(live=source.live),
            self._hearing.heard,
            notifier.tell,
            self.health,
        )
        self.health.report("config", "ok")
        self._pulse = Pulse(
            self._pipeline.loop, self._lane, self._hearing.obstacles, self._hearing.stream_s
        )
        parts.callback(self._begin_stop)
        self._upkeep.ready()

    def _begin_stop(self) -> None:
        self._upkeep.stopping()
        if self._on_stop is not None:
            self._on_stop()

    def _apply(self, config: Config) -> None:
        self._config = config
        # Off takes effect in the store first, on in the pipeline: no words slip through.
        self._journal.reconfigure(transcripts=config.privacy.transcripts)
        self._pipeline.reconfigure(config)
        self._notifier.reconfigure(config.notify, config.quiet_hours)
        self._recorder.reconfigure(config.clips)

    def _keep_up(self) -> None:
        if self._reload:
            self._reload = False
            self._upkeep.reload()
            self._server.publish_status(self._control.settings())
        self._upkeep.look()
        self._recall.look(time.monotonic())
        self._notifier.keep()
        self._herald.channels()
        self._herald.vitals(self._pulse.look(time.monotonic()))

    def _wait(self) -> None:
        ended = False
        while not (ended or self._stopping.is_set()):
            ended = self._pipeline.wait(POLL_S)
            if not ended:
                self._keep_up()
        if ended and self._linger and self._pipeline.error is None:
            log.info("The source has ended; the daemon goes on serving.")
            # Never in the event's own wait: a signal handler that sets it could deadlock there.
            while not self._stopping.is_set():
                time.sleep(POLL_S)
                self._keep_up()
        log.info("The daemon stops: %s.", self._reason)

    def _deliver(self, event: AlertEvent) -> None:
        """Write, send, tell, record: in the fusion thread."""
        event = self._journal.append(event)
        self._server.publish(event)
        self._notifier.submit(event)
        self._recorder.submit(event)

    def _pause_changed(self, until: float | None) -> None:
        """In the fusion thread."""
        if until is None:
            self._recorder.resumed()
        else:
            self._recorder.paused(self._pipeline.fusion.latest.sample)
        self._herald.source()

    def _heard(self, evidence: AcousticEvidence) -> None:
        """Telemetry for who asks, and history: in the hop loop's thread."""
        self._herald.heard(evidence)
        listening = self._pipeline.fusion.paused_until is None
        self._keep(self._tally.add(evidence, named=listening))

    def _keep_last_minute(self) -> None:
        self._keep(self._tally.finish())

    def _keep(self, minute: Minute | None) -> None:
        if minute is not None and self._keeps_history and self._pipeline.of_now:
            self._journal.minute(minute)

    def _standing(self) -> Standing:
        return Standing(tuple(self._journal.open_alerts()), self._hearing.source())

    def _health_changed(self, part: str, health: PartHealth) -> None:
        """Tell subscribers: in the thread that reported."""
        self._herald.part(part, health)
        if part == "source" and health.state == "unavailable":
            self._pipeline.source_lost()
