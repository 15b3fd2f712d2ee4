"""What the parts count themselves, exported to ``/metrics``."""

from daemon.notify.notifier import Notifier
from daemon.pipeline import Pipeline
from daemon.serve.metrics import Metrics


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
    """Desktop notifications."""
    for name in notifier.figures:
        metrics.watch(
            f"distressd_notifications_{name}",
            f"Desktop notifications {name}.",
            lambda name=name: notifier.figures[name],  # type: ignore[misc] # bound per loop
            counter=True,
        )
