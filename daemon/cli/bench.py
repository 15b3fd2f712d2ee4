"""``distressd bench``: what this machine makes of it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.options import json_option, print_json

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.progress import Progress


@click.group()
def bench() -> None:
    """Measure speed and footprint on this machine. Close other programs first."""


recording_option = click.option(
    "--recording",
    "recordings",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Recording to play, any number of them; default: the demonstration scene.",
)


def _show(figures: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(figures)
        return
    for name, value in _rows(figures):
        click.echo(f"{name:26} {value}")


def _rows(figures: dict[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    """A row for each figure, or for each group of figures that has no groups of its own."""
    for name, value in figures.items():
        if not isinstance(value, dict):
            yield f"{within}{name}", str(value)
        elif any(isinstance(part, dict) for part in value.values()):
            yield from _rows(value, f"{within}{name} ")
        else:
            parts = (f"{key} {part}" for key, part in value.items())
            yield f"{within}{name}", "  ".join(parts)


@bench.command(short_help="One hop against librosa and torch.")
@recording_option
@json_option
def hop(*, recordings: tuple[Path, ...], as_json: bool) -> None:
    """One hop, gate to posterior, against librosa's per-frame call and the torch module.

    Needs the extra `train`.
    """
    import numpy as np

    from daemon.acoustic.load import load_sounds
    from daemon.audio.recording import read_recording
    from daemon.audio.scene import render
    from daemon.bench.hop import bench_hop
    from daemon.config.schema import Config
    from daemon.health import Health

    sound = np.concatenate([read_recording(path) for path in recordings] or [render()])
    _show(bench_hop(sound, None, load_sounds(Config(), Health())), as_json=as_json)


@bench.command(short_help="From a sound to an alert in another process.")
@click.option("--alerts", type=click.IntRange(min=1), default=200, show_default=True)
@click.option(
    "--load", type=click.IntRange(min=0), default=0, help="Spinning processes of equal priority."
)
@click.option(
    "--dashboards", type=click.IntRange(0, 64), default=0, help="Dashboards that are open."
)
@click.option(
    "--channels", is_flag=True, help="Every kind of channel is told of every alert; one is dead."
)
@click.option("--clips", is_flag=True, help="Sound around every alert is kept, encrypted.")
@recording_option
@click.option(
    "--language",
    is_flag=True,
    help="Beside language models: the daemon's own and another worker, each with a full queue.",
)
@click.option(
    "--speech",
    multiple=True,
    type=click.Path(path_type=Path),
    help="What these models hear, any number of recordings; default: sentences of distress and"
    " others, spoken by espeak-ng.",
)
@json_option
def latency(
    *,
    alerts: int,
    load: int,
    dashboards: int,
    channels: bool,
    clips: bool,
    recordings: tuple[Path, ...],
    language: bool,
    speech: tuple[Path, ...],
    as_json: bool,
) -> None:
    """From the deciding sound in the ring to an alert in another process.

    Plays recorded events at real pace: about three seconds an alert. With --language, a transcript
    and a verdict are timed from the cut of an utterance, which comes half a second after the last
    sound of it: at top, of a worker that was idle; in_full_queue, the time in the queue included.
    daemon_language: of the daemon's own worker. Every fourth utterance is explained, as what is
    said while an alert is out, and others whose words may raise an alert by themselves.
    """
    from daemon.bench.latency import bench_latency

    sounds = _speech(speech) if language else []
    with contextlib.ExitStack() as beside:
        own = beside.enter_context(_busy_lane(sounds)) if language else {}
        with _progress() as bar:
            task = bar.add_task("alerts", total=alerts)
            figures = bench_latency(
                _events(recordings),
                alerts,
                load,
                lambda count: bar.update(task, completed=count),
                speech=sounds,
                dashboards=dashboards,
                channels=channels,
                clips=clips,
            )
    _show(figures | own, as_json=as_json)


def _speech(recordings: tuple[Path, ...]) -> "list[NDArray[np.float32]]":
    """What language models hear: the recordings, or spoken sentences."""
    from daemon.audio.recording import read_recording
    from daemon.bench.speech import spoken

    return [read_recording(path) for path in recordings] or spoken()


@contextlib.contextmanager
def _busy_lane(sounds: "list[NDArray[np.float32]]") -> Iterator[dict[str, Any]]:
    """Language models at work; their figures, complete when this is left."""
    from daemon.bench.language import busy_lane
    from daemon.config.schema import Language
    from models.evaluation.batch import batch_speedup
    from models.transcriber import Transcriber

    batch = round(batch_speedup(Transcriber, sounds), 2)
    with busy_lane(Language(), sounds) as figures:
        yield figures
    figures["batch_speedup"] = batch


@bench.command(short_help="Memory, processor time and start.")
@click.option("--seconds", type=click.FloatRange(min=5), default=30.0, show_default=True)
@recording_option
@json_option
def idle(*, seconds: float, recordings: tuple[Path, ...], as_json: bool) -> None:
    """Memory, processor time in silence and in speech, and how soon it listens."""
    import numpy as np

    from daemon.audio.recording import read_recording
    from daemon.audio.scene import render
    from daemon.bench.idle import bench_idle

    click.echo(f"Two runs of {seconds:.0f} s …", err=True)
    speech = np.concatenate([read_recording(path) for path in recordings] or [render()])
    _show(bench_idle(speech, seconds), as_json=as_json)


@bench.command(short_help="Many subscribers, some slow, some hostile.")
@click.option("--subscribers", type=click.IntRange(1, 4_000), default=500, show_default=True)
@click.option("--alerts", type=click.IntRange(min=1), default=20, show_default=True)
@recording_option
@json_option
def load(*, subscribers: int, alerts: int, recordings: tuple[Path, ...], as_json: bool) -> None:
    """How soon an alert is with every healthy subscriber while 8 in 100 misbehave.

    Of those, half never read and half send rubbish. About three seconds an alert.
    """
    from daemon.bench.load import bench_load

    with _progress() as bar:
        task = bar.add_task("starting", total=alerts)
        figures = bench_load(
            _events(recordings),
            subscribers,
            alerts,
            lambda what, count: bar.update(task, description=what, completed=count),
        )
    _show(figures, as_json=as_json)


@bench.command(short_help="kill -9 at random moments: is anything lost?")
@click.option("--moments", type=click.IntRange(min=1), default=200, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--worker", is_flag=True, help="Kill the language worker instead of the daemon.")
@recording_option
@json_option
def kill(
    *, moments: int, seed: int, worker: bool, recordings: tuple[Path, ...], as_json: bool
) -> None:
    """Kill a daemon again and again while alerts flow, and compare what a subscriber saw.

    About four seconds a moment; of the language worker, ten.
    """
    from daemon.bench.kill import bench_kill
    from daemon.bench.worker_kill import bench_worker_kill

    with _progress() as bar:
        task = bar.add_task("kills", total=moments)
        figures = (bench_worker_kill if worker else bench_kill)(
            _events(recordings), moments, seed, lambda count: bar.update(task, completed=count)
        )
    _show(figures, as_json=as_json)


@bench.command(short_help="Days of sound: does anything grow?")
@click.option("--hours", type=click.FloatRange(min=0.05), default=48.0, show_default=True)
@click.option(
    "--probes",
    type=click.IntRange(min=1),
    default=300,
    show_default=True,
    help="Alerts timed at real pace before the days, and again after.",
)
@recording_option
@json_option
def soak(*, hours: float, probes: int, recordings: tuple[Path, ...], as_json: bool) -> None:
    """Days of sound through a real daemon, as fast as it hears them.

    Mostly a quiet room, with a minute of talk and cries every ten. A day takes some quarter of an
    hour, and each alert that is timed about three seconds: two days, an hour.
    """
    from daemon.audio.scene import render
    from daemon.bench.soak import bench_soak

    with _progress() as bar:
        task = bar.add_task("warming up", total=1.0)
        figures = bench_soak(
            render(),
            _events(recordings),
            hours,
            probes,
            lambda what, share: bar.update(task, description=what, completed=share),
        )
    _show(figures, as_json=as_json)


@bench.command(short_help="Thousands of utterances: does the language worker grow?")
@click.option("--utterances", type=click.IntRange(4), default=2_000, show_default=True)
@json_option
def words(*, utterances: int, as_json: bool) -> None:
    """Send short sentences through one language worker, and watch its memory.

    Needs espeak-ng. About ten minutes on a quiet machine.
    """
    from daemon.bench.words import endure
    from daemon.config.load import load_config

    _show(endure(load_config(None).language, utterances), as_json=as_json)


def _events(recordings: tuple[Path, ...]) -> "list[NDArray[np.float32]]":
    """Sounds that raise alerts: the recordings, or the cries of the demonstration scene."""
    from daemon.audio.recording import read_recording
    from daemon.audio.scene import render, timeline

    if recordings:
        return [read_recording(path) for path in recordings]
    whole = render()
    return [
        whole[int(p.start_s * 16_000) : int(p.end_s * 16_000)] for p in timeline() if p.distress
    ]


def _progress() -> "Progress":
    """On standard error."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True))
