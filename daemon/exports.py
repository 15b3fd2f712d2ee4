"""What the parts count themselves, exported to ``/metrics``."""

from collections.abc import Callable, Mapping
from typing import Final

from daemon.clips.recorder import Recorder
from daemon.language.lane import LanguageLane
from daemon.notify.notifier import Notifier
from daemon.pipeline import Pipeline
from daemon.serve.metrics import Metrics

_GAUGES: Final = {"waiting", "bytes"}  # these fall again


def export_pipeline(metrics: Metrics, pipeline: Pipeline) -> None:
    """Source, hop loop and fusion."""
    loop, fusion, source = pipeline.loop, pipeline.fusion, pipeline.source
    metrics.watch("distressd_hops", "Hops heard.", lambda: loop.hops, counter=True)
    metrics.watch(
        "distressd_open_hops", "Hops heard with an open gate.", lambda: loop.open_hops, counter=True
    )
    metrics.watch(
        "distressd_lost_samples",
        "Samples overwritten before they were heard.",
        lambda: loop.lost_samples,
        counter=True,
    )
    metrics.watch("distressd_slowest_hop_us", "The longest hop.", lambda: loop.slowest_us)
    metrics.watch(
        "distressd_source_overflows",
        "How often sound was lost before the ring.",
        lambda: source.overflows,
        counter=True,
    )
    metrics.watch(
        "distressd_evidence_dropped",
        "Hops of evidence lost to a full queue.",
        lambda: fusion.dropped,
        counter=True,
    )
    metrics.watch("distressd_score", "Fused score of the last hop.", lambda: fusion.latest.score)


def export_notifier(metrics: Metrics, notifier: Notifier) -> None:
    """Notifications of all channels; of each, the part ``notify_NAME`` has the same figures."""
    for name in notifier.figures:
        _watch(metrics, "notifications", name, f"Notifications {name}.", lambda: notifier.figures)


def export_recorder(metrics: Metrics, recorder: Recorder) -> None:
    """Clips of sound; the part ``clips`` has the same figures."""
    for name in recorder.figures:
        _watch(metrics, "clips", name, f"Clips of sound: {name}.", lambda: recorder.figures)


def export_language(metrics: Metrics, lane: LanguageLane) -> None:
    """The slow lane."""
    metrics.watch(
        "distressd_language_waiting",
        "Utterances that wait for the language worker.",
        lambda: lane.waiting,
    )
    for name, told in (
        ("submitted", "Utterances that were cut."),
        ("answered", "Utterances that were transcribed and read."),
        ("transcribed", "Utterances that were transcribed."),
        ("judged", "Utterances whose words were read for distress."),
        ("doubted", "Transcriptions that were not believed."),
        ("dropped", "Utterances that had to go for others, or came while there was no worker."),
        ("joined", "Stale utterances that were joined to their neighbour."),
        ("failed", "Utterances given up after two attempts."),
        ("retried", "Second attempts."),
        ("asked", "Windows that the second ear was asked about."),
        ("opined", "Windows that it answered in time."),
        ("restarts", "Language workers that were lost."),
    ):
        _watch(metrics, "language", name, told, lane.figures)


def _watch(
    metrics: Metrics, part: str, name: str, told: str, figures: Callable[[], Mapping[str, float]]
) -> None:
    """One of the figures that a part counts."""
    metrics.watch(
        f"distressd_{part}_{name}", told, lambda: figures()[name], counter=name not in _GAUGES
    )
