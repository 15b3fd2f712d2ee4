"""Many streams through the whole pipeline, on every core, for evaluation.

Scenes are heard once; what they would have given at other thresholds comes from the evidence that
the hop loop handed to fusion, decided upon again.
"""

import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

from daemon.acoustic.evidence import AcousticEvidence
from daemon.acoustic.load import load_ear
from daemon.acoustic.opinion import Opinion
from daemon.acoustic.second_ear import STEP_DELAY, heard_here
from daemon.both_ears import BothEars
from daemon.config.schema import Config, Fusion
from daemon.fusion.fuser import Fuser, Judgement
from daemon.fusion.level import RANK
from daemon.fusion.opinions import Opinions
from daemon.health import Health
from daemon.replay import hear_recording
from daemon.wire.base import Level, Phase
from models.ear import Ear
from models.evaluation.raised import Raised
from models.evaluation.scenes.alerts import Alert, Heard
from models.evaluation.scenes.mixing import mix
from models.evaluation.scenes.script import Scene
from models.features.constants import SAMPLE_RATE
from models.parallel import pool

Float = NDArray[np.float32]


def _alerts(job: tuple[Config, Float]) -> list[Raised]:
    config, stream = job
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stream.wav"
        soundfile.write(path, stream, SAMPLE_RATE, subtype="FLOAT")
        events = list(hear_recording(path, config, "max"))
    # The level that an alert reached counts, as it is what people see in the end.
    best: dict[str, str] = {}
    for event in events:
        best[event.id] = event.level if event.phase != "cleared" else best[event.id]
    return [
        Raised(event.stream_s, event.level, best[event.id], event.kind)
        for event in events
        if event.phase == "raised"
    ]


def rehearse(streams: Sequence[Float], config: Config) -> list[list[Raised]]:
    """The alerts of every stream, (n,) at 16 kHz, each heard from a fresh start."""
    order = sorted(range(len(streams)), key=lambda i: -len(streams[i]))
    with pool() as workers:
        heard = workers.map(_alerts, [(config, streams[i]) for i in order], chunksize=1)
        found = dict(zip(order, heard, strict=True))
    return [found[i] for i in range(len(streams))]


def ear_of(config: Config) -> Ear:
    """The ear that the daemon would listen with, the second one included where there is one."""
    first, second = load_ear(config, Health()), heard_here() if config.acoustic.second_ear else None
    return first if second is None else BothEars(first, second)


def with_weights(path: Path, config: Config) -> Config:
    """``config`` with the acoustic weights of ``path``."""
    acoustic = config.acoustic.model_copy(update={"weights": path})
    return config.model_copy(update={"acoustic": acoustic})


def with_sounds(network: Literal["both", "student", "yamnet"], config: Config) -> Config:
    """``config`` with another network for the sound events."""
    acoustic = config.acoustic.model_copy(update={"sound_network": network})
    return config.model_copy(update={"acoustic": acoustic})


def without_second_ear(config: Config) -> Config:
    """``config`` with the first ear alone: the second has learned from every corpus."""
    acoustic = config.acoustic.model_copy(update={"second_ear": False})
    return config.model_copy(update={"acoustic": acoustic})


def rehearse_scenes(
    scenes: Sequence[Scene], thresholds: Sequence[float], config: Config
) -> Iterator[Heard]:
    """What the daemon makes of each scene, as configured and at other thresholds of a warning."""
    with pool() as workers:
        yield from workers.map(
            partial(_hear_scene, thresholds=thresholds, config=config), scenes, chunksize=1
        )


def _hear_scene(scene: Scene, thresholds: Sequence[float], config: Config) -> Heard:
    stream, truth = mix(scene)
    evidence: list[AcousticEvidence] = []
    opinions: list[Opinion] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.wav"
        soundfile.write(path, stream, SAMPLE_RATE, subtype="FLOAT")
        events = list(
            hear_recording(path, config, "max", heard=evidence.append, opined=opinions.append)
        )
    steps = [(e.id, e.phase, e.kind, e.level, e.stream_s) for e in events]
    return Heard(
        truth,
        lives(steps, _seconded(evidence, opinions), config.fusion.release),
        {t: _decided(evidence, opinions, with_warning_at(config.fusion, t)) for t in thresholds},
    )


def with_warning_at(fusion: Fusion, threshold: float) -> Fusion:
    """``fusion`` with another threshold of a warning; the others give way as far as they must."""
    kept = fusion.threshold
    levels = kept.model_copy(
        update={
            "advisory": min(kept.advisory, threshold),
            "warning": threshold,
            "critical": max(kept.critical, threshold),
        }
    )
    return fusion.model_copy(
        update={
            "threshold": levels,
            "release": min(fusion.release, 0.9 * levels.advisory),
            "overwhelming": max(fusion.overwhelming, threshold),
        }
    )


Step = tuple[str, Phase, str, Level, float]


def _decided(
    evidence: Sequence[AcousticEvidence], opinions: Sequence[Opinion], fusion: Fusion
) -> tuple[Alert, ...]:
    fuser = Fuser(fusion)
    due = deque(opinions)
    judgements: list[Judgement] = []
    for one in evidence:
        judgements += fuser.hear(one)
        while due and due[0].sample + STEP_DELAY <= one.sample:
            fuser.opine(due.popleft())
    judgements += fuser.close("ended")
    steps: list[Step] = [
        (d.alert, d.phase, d.kind, d.level, d.sample / SAMPLE_RATE)
        for d in (judgement.decision for judgement in judgements)
    ]
    return lives(steps, _seconded(evidence, opinions), fusion.release)


def _seconded(
    evidence: Sequence[AcousticEvidence], opinions: Sequence[Opinion]
) -> list[AcousticEvidence]:
    """What both ears heard, as fusion takes it."""
    due = deque(opinions)
    newest = Opinions()
    heard = []
    for one in evidence:
        heard.append(replace(one, distress=newest.beside(one.distress, one.sample)))
        while due and due[0].sample + STEP_DELAY <= one.sample:
            newest.take(due.popleft())
    return heard


def lives(
    steps: Sequence[Step], evidence: Sequence[AcousticEvidence], release: float
) -> tuple[Alert, ...]:
    """Each alert from its steps, in the order in which they were raised."""
    by_alert: dict[str, list[Step]] = {}
    for step in steps:
        by_alert.setdefault(step[0], []).append(step)
    times = np.array([one.sample for one in evidence]) / SAMPLE_RATE
    distress = np.array([one.distress for one in evidence])
    infant = np.array([one.infant for one in evidence])
    lives = []
    for life in by_alert.values():
        _, _, kind, _, raised_s = life[0]
        is_infant = kind == "infant_crying"
        cleared_s = next((at for _, phase, _, _, at in life if phase == "cleared"), None)
        until = len(times) if cleared_s is None else int(np.searchsorted(times, cleared_s))
        loud = np.flatnonzero((infant if is_infant else distress)[:until] >= release)
        warned = [at for _, phase, _, level, at in life
                  if phase != "cleared" and RANK[level] >= RANK["warning"]]  # fmt: skip
        lives.append(
            Alert(
                kind=kind,
                raised_s=raised_s,
                warned_s=min(warned, default=None),
                cleared_s=cleared_s,
                heard_s=float(times[loud[-1]]) if len(loud) else None,
                infant=is_infant,
                stands=RANK[_last_level(life)] >= RANK["warning"],
            )
        )
    return tuple(lives)


def _last_level(life: Sequence[Step]) -> Level:
    """The level that an alert had when it was cleared, or when listening ended."""
    return [level for _, phase, _, level, _ in life if phase != "cleared"][-1]
