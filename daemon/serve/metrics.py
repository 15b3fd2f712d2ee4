"""What is counted, for ``/metrics``. Nothing is lost silently."""

from collections.abc import Callable, Iterable
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from daemon.health import Health, Stage

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Around the budgets: 10 ms of decision to delivery, 100 ms from the converter.
SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


class Metrics:
    """Counters and gauges by the name of what they count, in a registry of their own.

    Those that are attributes are incremented where the thing happens. What counts itself already
    is read when somebody asks (:meth:`watch`).
    """

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.alerts = Counter(
            "distressd_alert_events",
            "Alert events sent, by phase, kind and level.",
            ("phase", "kind", "level"),
            registry=registry,
        )
        self.stage_seconds = Histogram(
            "distressd_alert_stage_seconds",
            "What each alert event spent in each stage.",
            ("stage",),
            buckets=SECONDS,
            registry=registry,
        )
        self.subscribers = Gauge(
            "distressd_subscribers", "Subscribers now, by path.", ("path",), registry=registry
        )
        self.subscribers_dropped = Counter(
            "distressd_subscribers_dropped",
            "Subscribers that were dropped because they did not keep up.",
            registry=registry,
        )
        self.refusals = Counter(
            "distressd_refusals",
            "Connections that were refused, by close code or HTTP status.",
            ("code",),
            registry=registry,
        )
        self.telemetry_dropped = Counter(
            "distressd_telemetry_dropped",
            "Telemetry messages that were dropped for subscribers that lag.",
            registry=registry,
        )

    def watch(
        self, name: str, documentation: str, read: Callable[[], float], *, counter: bool = False
    ) -> None:
        """Export what ``read`` says when somebody asks; it may be called in any thread."""
        self.registry.register(_Reading(name, documentation, read, counter))

    def watch_health(self, health: Health) -> None:
        """Export the state of every part and its figures."""
        self.registry.register(_Parts(health))

    def text(self) -> str:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry).decode()


class _Reading(Collector):
    def __init__(
        self, name: str, documentation: str, read: Callable[[], float], counter: bool
    ) -> None:
        self._name = name
        self._documentation = documentation
        self._read = read
        self._counter = counter

    def describe(self) -> Iterable[Metric]:
        return [self._family()]

    def collect(self) -> Iterable[Metric]:
        family = self._family()
        family.add_metric([], self._read())
        return [family]

    def _family(self) -> CounterMetricFamily | GaugeMetricFamily:
        family = CounterMetricFamily if self._counter else GaugeMetricFamily
        return family(self._name, self._documentation)


class _Parts(Collector):
    def __init__(self, health: Health) -> None:
        self._health = health

    def describe(self) -> Iterable[Metric]:
        return self._families()

    def collect(self) -> Iterable[Metric]:
        up, figures, liveness = families = self._families()
        for part, now in self._health.snapshot().items():
            up.add_metric([part, now.state], float(now.state == "ok"))
            for figure, value in now.figures.items():
                figures.add_metric([part, figure], value)
            for stage in get_args(Stage) if now.stage else ():
                liveness.add_metric([part, stage], float(stage == now.stage))
        return families

    @staticmethod
    def _families() -> tuple[GaugeMetricFamily, GaugeMetricFamily, GaugeMetricFamily]:
        return (
            GaugeMetricFamily(
                "distressd_part_ok",
                "1 where a part is ok; its state is a label.",
                labels=("part", "state"),
            ),
            GaugeMetricFamily(
                "distressd_part_figure",
                "Figures that a part reports.",
                labels=("part", "figure"),
            ),
            GaugeMetricFamily(
                "distressd_liveness",
                "1 where a microphone stands in its liveness.",
                labels=("part", "stage"),
            ),
        )
