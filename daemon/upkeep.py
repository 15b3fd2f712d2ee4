"""What the main thread does twice a second while everything else works by itself."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from daemon.config.changes import Changes, changes, merged
from daemon.config.schema import Config
from daemon.errors import ConfigError
from daemon.health import Health, PartHealth
from daemon.logs import set_level
from daemon.notify.faults import Faults
from daemon.notify.notice import Notice
from daemon.supervision import Flow, Supervision
from daemon.watchdog import Systemd

log = logging.getLogger(__name__)

SOUGHT = {"alarmed", "recovering", "failed"}
# No part of its own: each may believe that it is well while another one hangs.
_FLOWS = PartHealth("ok")
_STUCK = PartHealth(
    "failed", "What the microphone hears is not decided upon.", "Restart distressd."
)


@dataclass(frozen=True, slots=True)
class Heard:
    """How sound gets on.

    Attributes:
        silent_s: since the last hop was heard.
        decided: whether fusion lives and keeps up.
    """

    silent_s: float
    decided: bool


class Upkeep:
    """Notices deaths, feeds the watchdog, tells people of faults, and reads the configuration.

    Args:
        config: what is in force.
        reread: reads the configuration again; None where there is nothing to read.
        apply: puts a configuration into force, as far as it can change while the daemon runs.
        supervision: every thread.
        flow: whether sound flows.
        heard: how sound gets on.
        tell: tells people.
        health: every part.
    """

    def __init__(
        self,
        config: Config,
        reread: Callable[[], Config] | None,
        apply: Callable[[Config], None],
        supervision: Supervision,
        flow: Flow,
        heard: Callable[[], Heard],
        tell: Callable[[Notice], None],
        health: Health,
    ) -> None:
        self._config = config
        self._reread = reread
        self._apply = apply
        self._supervision = supervision
        self._flow = flow
        self._heard = heard
        self._tell = tell
        self._health = health
        self._systemd = Systemd()
        self._faults = Faults()

    def ready(self) -> None:
        """Say that the daemon serves."""
        self._systemd.ready(self._status())

    def look(self) -> None:
        """Everything that is due.

        Raises:
            PartDied: the daemon cannot go on.
        """
        now_s = time.monotonic()
        self._supervision.look(now_s)
        heard = self._heard()
        sought = self._health.part("source").stage in SOUGHT
        flows = self._flow.flows(
            now_s, silent_s=heard.silent_s, sought=sought, decided=heard.decided
        )
        if flows:
            self._systemd.feed(now_s)
        self._systemd.status(self._status())
        parts = {**self._health.snapshot(), "flow": _FLOWS if flows or sought else _STUCK}
        for notice in self._faults.look(parts, now_s):
            self._tell(notice)

    def reload(self) -> None:
        """Read the configuration again; one with mistakes changes nothing."""
        if self._reread is None:
            return
        self._systemd.reloading()
        try:
            new = self._reread()
        except ConfigError as error:
            log.error("The configuration is not changed: %s", error)  # noqa: TRY400 - says it all
            self._health.report(
                "config", "degraded", error.message, "Mend it and reload; the old one is in force."
            )
        else:
            self._take(changes(self._config, new), new)
        self.ready()

    def stopping(self) -> None:
        """Say that the daemon stops."""
        self._systemd.stopping()

    def _take(self, found: Changes, new: Config) -> None:
        self._config = merged(self._config, new)
        set_level(self._config.log.level)
        self._apply(self._config)
        log.info("The configuration was read again; changed: %s.", _list(found.live))
        waiting = ""
        if found.waiting:
            waiting = f"Takes effect at the next start: {_list(found.waiting)}."
            log.warning("%s", waiting)
        self._health.report("config", "ok", waiting)

    def _status(self) -> str:
        source = self._health.part("source")
        words = source.stage or source.state
        return f"{words.replace('_', ' ')}: {source.reason}" if source.reason else words


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nothing"
