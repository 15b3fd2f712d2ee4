"""Tells people and programs, each channel from a thread of its own that nobody waits for."""

import functools
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from datetime import time as TimeOfDay  # noqa: N812 - beside the module of that name

from daemon.config.notify import Channel as Settings
from daemon.config.notify import Notify, Rules
from daemon.config.schema import QuietHours
from daemon.errors import UsageError
from daemon.health import Health, PartHealth, State
from daemon.notify.agenda import Agenda
from daemon.notify.channels.channel import Channel
from daemon.notify.channels.made import Surroundings, local_channel, made
from daemon.notify.handover import Handover
from daemon.notify.host import host_name
from daemon.notify.notice import Notice, trial_notice
from daemon.notify.outbox import Outbox
from daemon.notify.selection import Selection
from daemon.notify.sender import Sender
from daemon.notify.shelf import Shelf
from daemon.notify.waiting import Waiting
from daemon.wire.alert import AlertEvent
from daemon.wire.base import SourceName
from daemon.wire.channels import ChannelSort, ChannelStatus

log = logging.getLogger(__name__)

DESKTOP = "desktop"
CHANGE_S = 2.0  # a channel that is changed or goes has so long to tell what waits


def local_time() -> TimeOfDay:
    """The time of day here."""
    return datetime.now().astimezone().time()


class Notifier:
    """Every channel. A failure is logged, counted and shown in health; it reaches no caller.

    Health has the part ``notify`` for all of them, and ``notify_NAME`` for each.

    Args:
        config: the channels and their rules.
        quiet_hours: when people are told of less.
        health: where this part says how it is.
        source_name: events of the demonstration scene reach no channel.
        now: local time of day.
        around: what channels may know and do beyond telling.
        shelf: keeps what waits; without it, it does not outlive this object.
    """

    def __init__(
        self,
        config: Notify,
        quiet_hours: QuietHours,
        health: Health,
        source_name: SourceName,
        now: Callable[[], TimeOfDay] = local_time,
        around: Surroundings | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self._config = config
        self._quiet = quiet_hours
        self._health = health
        self._source = source_name
        self._now = now
        self._around = around or Surroundings()
        self._shelf = shelf
        #: Alerts of which a channel knows since before the start that nobody has answered.
        self.waits_for_answer: frozenset[str] = frozenset()
        self._senders: dict[str, Sender] = {}
        self._settings: dict[str, Rules] = {}
        self._lock = threading.Lock()
        self._parts: dict[str, PartHealth] = {}
        self._handover = Handover(self._hand_on)
        self._running = False

    def start(self) -> None:
        """Begin; returns at once, whatever the channels do."""
        self._running = True
        if self._source == "demo":
            self._health.report(
                "notify", "off", "the demonstration scene reaches no notification channel"
            )
            return
        kept = self._shelf.load() if self._shelf is not None else {}
        for name, settings in self._wanted(self._config):
            mine = kept.pop(name, [])
            self.waits_for_answer |= {one.notice.alerts[0] for one in mine if one.unanswered}
            self._start(name, settings, kept=mine)
        for name, lost in kept.items():
            log.warning("channel %s: it is no more; %d that waited are dropped", name, len(lost))
        self._handover.start()
        self._summarise()

    def keep(self) -> None:
        """Have what waits outlive the daemon; does not block."""
        if self._shelf is not None and self._source != "demo":
            self._shelf.look(self._waiting)

    def forget(self, since: float, until: float) -> None:
        """Tell nothing any more of a span of wall time; what the store has of it is its own."""
        self._handover.flush()
        for sender in tuple(self._senders.values()):
            sender.forget(since, until)

    def submit(self, event: AlertEvent) -> None:
        """Hand over a new event (never one replayed from the store); does not block.

        Channels learn of it a moment later: subscribers are told first.
        """
        if event.source != "demo":
            self._handover.put(event)

    def tell(self, notice: Notice) -> None:
        """Hand over what people are to know of the daemon itself; does not block."""
        for sender in tuple(self._senders.values()):
            sender.tell(notice)

    def answered(self, alert: str) -> None:
        """Somebody has acknowledged ``alert``, or called it false: nobody else need be told."""
        self._handover.flush()
        for sender in tuple(self._senders.values()):
            sender.answered(alert)

    @property
    def escalates_s(self) -> float:
        """The longest time after which a channel tells of what nobody has acknowledged."""
        return max((each.escalate_after_s for each in self._settings.values()), default=0.0)

    def unanswered(self, event: AlertEvent, age_s: float, grace_s: float) -> None:
        """Nobody has acknowledged ``event``, which happened so long ago, before the start."""
        for sender in tuple(self._senders.values()):
            sender.unanswered(event, age_s, grace_s)

    def state_changed(self) -> None:
        """The source or its pause has changed; does not block."""
        for sender in tuple(self._senders.values()):
            sender.state_changed()

    def reconfigure(self, config: Notify, quiet_hours: QuietHours) -> None:
        """Notify by these settings from now on. What waits goes on waiting."""
        self._handover.flush()  # what has come is told by the rules under which it came
        self._config, self._quiet = config, quiet_hours
        if self._source == "demo" or not self._running:
            return
        wanted = dict(self._wanted(config))
        for name in [name for name in self._senders if name not in wanted]:
            self._end(name)
        for name, settings in wanted.items():
            sender = self._senders.get(name)
            if sender is None:
                self._start(name, settings)
            elif _as_channel(settings) != _as_channel(self._settings[name]):
                self._start(name, settings, self._replaced(name))
            else:
                self._settings[name] = settings
                sender.reconfigure(settings, quiet_hours)
        self._summarise()

    @property
    def alive(self) -> bool:
        """Whether everybody is told who is to be told."""
        return self._handover.alive and all(sender.alive for sender in self._senders.values())

    def revive(self) -> None:
        """Start again what has died."""
        parts: tuple[Handover | Sender, ...] = (self._handover, *self._senders.values())
        for part in parts:
            if not part.alive:
                part.start()

    def stop(self, timeout_s: float = 1.0) -> None:
        """Send what waits if that goes quickly, then end."""
        self._running = False
        self._handover.stop()
        deadline = time.monotonic() + timeout_s
        for sender in self._senders.values():
            sender.stop()
        for sender in self._senders.values():
            sender.join(max(0.0, deadline - time.monotonic()))
        if self._shelf is None or not self._senders or not self._shelf.flush(self._waiting):
            for sender in self._senders.values():
                sender.give_up()
        elif waiting := self._waiting():
            log.info("%d notices wait for the next start", len(waiting))

    def _hand_on(self, event: AlertEvent, now_s: float, wall: float) -> None:
        for sender in tuple(self._senders.values()):
            sender.submit(event, now_s, wall)

    def _waiting(self) -> dict[tuple[str, str], Waiting]:
        """Everything that waits, by channel and key."""
        return {
            (name, one.key): one
            for name, sender in tuple(self._senders.items())
            for one in sender.waiting()
        }

    def channels(self) -> tuple[ChannelStatus, ...]:
        """How each channel of the configuration gets on, those included that are off."""
        senders = dict(self._senders)
        return tuple(
            senders[name].status(sort)
            if name in senders
            else ChannelStatus(name=name, sort=sort, state="off")
            for name, sort in _sorts(self._config).items()
        )

    @property
    def mute(self) -> str:
        """Why nobody is told of anything, or nothing."""
        part = self._health.part("notify")
        return part.reason if part.state == "off" else ""

    def test(self, name: str) -> None:
        """Have the channel ``name`` tell a test; :meth:`channels` says how that went.

        Raises:
            UsageError: there is none, or it was tested just now.
        """
        sender = self._senders.get(name)
        if sender is None:
            raise UsageError(
                f"There is no channel {name!r}, or it is off.",
                f"There are: {', '.join(self._senders) or 'none'}.",
            )
        sender.test(trial_notice(host_name()))

    def names(self) -> tuple[str, ...]:
        """Every channel that is on."""
        return tuple(self._senders)

    def figures_of(self, name: str) -> dict[str, float]:
        """Counts of one channel: see :attr:`Sender.figures`."""
        sender = self._senders.get(name)
        return sender.figures if sender is not None else {}

    @property
    def figures(self) -> dict[str, float]:
        """The same of all channels together."""
        total = dict.fromkeys(("sent", "failed", "dropped", "quiet", "waiting", "retried"), 0.0)
        for sender in tuple(self._senders.values()):
            for name, count in sender.figures.items():
                total[name] += count
        return total

    @staticmethod
    def _wanted(config: Notify) -> Iterator[tuple[str, Rules]]:
        if config.desktop:
            yield DESKTOP, config
        yield from config.channels().items()

    def _start(
        self,
        name: str,
        settings: Rules,
        agenda: Agenda | None = None,
        kept: list[Waiting] | None = None,
    ) -> None:
        channel = self._made(settings)
        if agenda is None:
            selection = Selection(
                settings, self._quiet, people=channel.people, local_time=self._now
            )
            agenda = Agenda(name, selection, Outbox(name, keeps_s=channel.keeps_s))
        else:
            agenda.reconfigure(settings, self._quiet)
        sender = Sender(name, functools.partial(self._made, settings), agenda, self._report)
        if kept:
            sender.restore(kept)
        self._senders[name] = sender
        self._settings[name] = settings
        with self._lock:
            self._parts[name] = PartHealth("starting")
        sender.start()

    def _made(self, settings: Rules) -> Channel:
        """A channel that is not open yet."""
        if isinstance(settings, Settings):
            return made(settings, self._around)
        return local_channel(self._config, self._around)

    def _end(self, name: str) -> None:
        sender = self._senders.pop(name)
        sender.stop()
        sender.join(CHANGE_S)
        sender.give_up()
        with self._lock:
            self._parts.pop(name, None)
        self._health.report(f"notify_{name}", "off", "switched off in the configuration")

    def _replaced(self, name: str) -> Agenda:
        """End a channel for another of its name, and take over what waits for it."""
        sender = self._senders.pop(name)
        with self._lock:
            self._parts.pop(name, None)
        return sender.hand_on()

    def _report(self, name: str, part: PartHealth) -> None:
        with self._lock:
            if name not in self._parts:
                return  # it is ending
            self._parts[name] = part
        self._health.report(
            f"notify_{name}", part.state, part.reason, part.remedy, dict(part.figures)
        )
        self._summarise()

    def _summarise(self) -> None:
        with self._lock:
            parts = dict(self._parts)
        if not parts:
            self._health.report("notify", "off", "no channel is switched on in [notify]")
            return
        states = {part.state for part in parts.values()}
        unwell = {name: part for name, part in parts.items() if part.state not in _WELL}
        state: State = "starting" if "starting" in states else "ok"
        reason = remedy = ""
        if unwell:
            state = "degraded" if len(unwell) < len(parts) else _common(states)
            reason = " ".join(f"{name}: {part.reason}" for name, part in unwell.items())
            remedy = next(iter(unwell.values())).remedy
        self._health.report("notify", state, reason, remedy, self.figures)


_WELL = {"ok", "starting"}


def _common(states: set[State]) -> State:
    return next(iter(states)) if len(states) == 1 else "degraded"


def _sorts(config: Notify) -> dict[str, ChannelSort]:
    """Every channel of the configuration, on or off, and what it is."""
    sections: tuple[tuple[ChannelSort, Iterable[str]], ...] = (
        ("desktop", (DESKTOP,)),
        ("apprise", config.apprise),
        ("webhook", config.webhook),
        ("mqtt", config.mqtt),
        ("command", config.command),
    )
    return {name: sort for sort, names in sections for name in names}


def _as_channel(settings: Rules) -> dict[str, object]:
    """What of ``settings`` makes another channel; rules change while it goes on."""
    stored = settings.model_dump()
    # [notify] itself is the desktop's, and has the others in it.
    others = {*Rules.model_fields, "apprise", "webhook", "mqtt", "command"}
    return {name: value for name, value in stored.items() if name not in others}
