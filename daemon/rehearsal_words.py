"""Scenes with words through the whole pipeline: heard once, decided upon many times.

Which modalities take part, how they are weighed and where a warning begins are changed afterwards,
over the evidence and the readings that fusion was handed, by the fusion that the daemon runs.
"""

import hashlib
import pickle
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np
import soundfile
from numpy.typing import NDArray
from tqdm import tqdm

from daemon.acoustic import second_ear
from daemon.acoustic.evidence import AcousticEvidence
from daemon.acoustic.opinion import Opinion
from daemon.config.schema import Config, Fusion
from daemon.fusion.fuser import Fuser, Judgement
from daemon.fusion.history import History, Remark
from daemon.fusion.level import RANK
from daemon.fusion.reading import Reading
from daemon.language.feed import STEP_DELAY, reading_of
from daemon.language.lane import LanguageLane
from daemon.language.utterance import Words
from daemon.rehearsal import lives, with_warning_at
from daemon.replay import replay_recording
from daemon.wire.base import Modality
from models.evaluation.scenes.alerts import Alert
from models.evaluation.scenes.mixing import Truth, mix
from models.evaluation.scenes.scoring import score
from models.evaluation.scenes.script import Scene
from models.evaluation.sentences import Sentence
from models.evaluation.spoken.figures import ALL, SOUND, THRESHOLDS, HeardWords
from models.evaluation.spoken.reliability import Episode
from models.evaluation.spoken.words import AFTER_S, Uttered, with_words
from models.features.constants import SAMPLE_RATE
from models.parallel import pool

Float = NDArray[np.float32]

NEVER: Final = -1.0  # seconds for which a modality is fresh that takes no part
ARMS: Final[Mapping[str, frozenset[Modality]]] = {
    SOUND: frozenset({"audio"}),
    "audio+text": frozenset({"audio", "text"}),
    "audio+context": frozenset({"audio", "context"}),
    "audio+history": frozenset({"audio", "history"}),
    "audio+text+context": frozenset({"audio", "text", "context"}),
    ALL: frozenset({"audio", "text", "context", "history"}),
}
_OTHERS: Final[tuple[tuple[Modality, int], ...]] = (
    ("text", 50), ("text", 15), ("context", 40), ("context", 5), ("history", 20), ("history", 5),
)  # fmt: skip
WEIGHTS: Final[Mapping[str, dict[Modality, float]]] = {
    f"{name} {weight}": {**Fusion().weight, name: weight / 100} for name, weight in _OTHERS
}
"""Other weights that the whole is tried with, one changed at a time: in hundredths, by name."""


@dataclass(frozen=True, slots=True)
class Listened:
    """What fusion was handed of one stream.

    Attributes:
        readings: with the sample from which each counts.
        believed: utterances whose words were believed.
        opinions: of the second ear.
    """

    evidence: tuple[AcousticEvidence, ...]
    readings: tuple[tuple[int, Reading], ...]
    believed: tuple[str, ...]
    opinions: tuple[Opinion, ...] = ()


def listen(stream: Float, config: Config, lane: LanguageLane | None) -> Listened:
    """Hear ``stream``, (n,) at 16 kHz, from a fresh start."""
    evidence: list[AcousticEvidence] = []
    opinions: list[Opinion] = []
    words: list[Words] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stream.wav"
        soundfile.write(path, stream, SAMPLE_RATE, subtype="FLOAT")
        for _ in replay_recording(
            path,
            config,
            "max",
            lane=lane,
            heard=evidence.append,
            said=words.append,
            opined=opinions.append,
        ):
            pass
    readings = [(one.utterance.end + STEP_DELAY, reading_of(one)) for one in words]
    return Listened(
        tuple(evidence),
        tuple((at, reading) for at, reading in readings if reading is not None),
        tuple(one.text for one in words if one.text),
        tuple(opinions),
    )


def decide(
    heard: Listened,
    fusion: Fusion,
    modalities: frozenset[Modality] = ARMS[ALL],
    history: History | None = None,
) -> list[Judgement]:
    """What fusion decides over ``heard`` where only ``modalities`` take part."""
    fresh = {
        name: seconds if name in modalities else NEVER for name, seconds in fusion.fresh_s.items()
    }
    fuser = Fuser(fusion.model_copy(update={"fresh_s": fresh}))
    if history is not None and "history" in modalities:
        fuser.learn(history)
    due = deque(heard.readings if "text" in modalities else ())
    opinions = deque(heard.opinions)
    found: list[Judgement] = []
    for one in heard.evidence:
        found += fuser.hear(one)
        while opinions and opinions[0].sample + second_ear.STEP_DELAY <= one.sample:
            fuser.opine(opinions.popleft())
        while due and due[0][0] <= one.sample:
            found += fuser.read(due.popleft()[1])
    while due:
        found += fuser.read(due.popleft()[1])
    return found + fuser.close("ended")


def alerts_of(
    heard: Listened, judgements: Sequence[Judgement], release: float
) -> tuple[Alert, ...]:
    """The lives of the alerts that were decided upon."""
    steps = [
        (d.alert, d.phase, d.kind, d.level, d.sample / SAMPLE_RATE)
        for d in (judgement.decision for judgement in judgements)
    ]
    return lives(steps, heard.evidence, release)


def rehearse_words(
    scenes: Sequence[Scene],
    sentences: Sequence[Sentence],
    config: Config,
    lane: LanguageLane | None,
    cache: Path | None = None,
) -> Iterator[HeardWords]:
    """What the daemon makes of each scene with words, by arm and threshold.

    History is what people would have said of the alerts in the other half of the scenes, had they
    marked every false one.

    Args:
        scenes: as planned.
        sentences: what is said in them.
        config: everything but ``[fusion]`` decides what is heard.
        lane: the slow lane.
        cache: a folder of the caller's own, in which what was heard of each scene is kept and found
            again; it knows nothing of other model files or another program.
    """
    with tempfile.TemporaryDirectory() as temporary, pool() as workers:
        folder = cache or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        kept: list[Path] = []
        remarks: list[list[Remark]] = []
        for scene in tqdm(scenes, desc="scenes"):
            path = folder / f"{fingerprint(scene, sentences, config)}.pickle"
            if not path.exists():
                stream, truth, uttered = with_words(scene, *mix(scene), sentences)
                heard = listen(stream, config, lane)
                unfinished = path.with_suffix(".unfinished")
                unfinished.write_bytes(pickle.dumps((truth, uttered, heard)))
                unfinished.replace(path)
            truth, _, heard = _read(path)
            kept.append(path)
            remarks.append(remarks_on(truth, heard, config.fusion))
        said = [
            History([r for other in remarks[1 - number % 2 :: 2] for r in other])
            for number in range(len(kept))
        ]
        yield from tqdm(
            workers.map(partial(_decided, fusion=config.fusion), kept, said),
            total=len(kept),
            desc="arms",
        )


def fingerprint(scene: Scene, sentences: Sequence[Sentence], config: Config) -> str:
    """What decides what is heard, models and program apart."""
    parts: dict[str, Any] = {
        "gate": True,
        "acoustic": True,
        "language": True,
        "fusion": {"threshold"},
    }
    told = config.model_dump_json(include=parts)
    return hashlib.sha256(repr((scene, tuple(sentences), told)).encode()).hexdigest()[:16]


def _read(path: Path) -> tuple[Truth, tuple[Uttered, ...], Listened]:
    # Written by this process or an earlier one, into a folder of its user's own.
    kept: tuple[Truth, tuple[Uttered, ...], Listened] = pickle.loads(path.read_bytes())  # noqa: S301
    return kept


def _decided(path: Path, history: History, fusion: Fusion) -> HeardWords:
    truth, uttered, heard = _read(path)
    by_arm: dict[str, dict[float, tuple[Alert, ...]]] = {}
    for arm, modalities in ARMS.items():
        by_arm[arm] = _curve(heard, fusion, modalities, history)
    everything = frozenset(get_args(Modality))
    for name, weight in WEIGHTS.items():
        other = fusion.model_copy(update={"weight": weight})
        by_arm[f"{ALL}, {name}"] = _curve(heard, other, everything, history)
    found = episodes(heard, fusion, history)
    return HeardWords(truth, uttered, by_arm, len(heard.believed), found)


def episodes(heard: Listened, fusion: Fusion, history: History) -> tuple[Episode, ...]:
    """What was suspicious to both ears, from release on, each at its strongest."""
    fuser = Fuser(fusion)
    fuser.learn(history)
    due, opinions = deque(heard.readings), deque(heard.opinions)
    found: list[Episode] = []
    strongest: Episode | None = None
    for one in heard.evidence:
        fuser.hear(one)
        sound = fuser.shares["audio"].probability
        if sound < fusion.release:
            if strongest is not None:
                found.append(strongest)
            strongest = None
        elif strongest is None or sound > strongest.sound:
            stated = {str(name): share.probability for name, share in fuser.shares.items()}
            strongest = Episode(one.sample / SAMPLE_RATE, sound, stated)
        while opinions and opinions[0].sample + second_ear.STEP_DELAY <= one.sample:
            fuser.opine(opinions.popleft())
        while due and due[0][0] <= one.sample:
            fuser.read(due.popleft()[1])
    return (*found, strongest) if strongest is not None else tuple(found)


def _curve(
    heard: Listened, fusion: Fusion, modalities: frozenset[Modality], history: History
) -> dict[float, tuple[Alert, ...]]:
    return {
        at: alerts_of(
            heard, decide(heard, with_warning_at(fusion, at), modalities, history), fusion.release
        )
        for at in THRESHOLDS
    }


def remarks_on(truth: Truth, heard: Listened, fusion: Fusion) -> list[Remark]:
    """What people would say of the alerts of sound alone: each false one is marked so."""
    judgements = decide(heard, fusion, ARMS[SOUND])
    strays = {
        stray.at_s
        for stray in score(truth, alerts_of(heard, judgements, 0.0), AFTER_S).false_alarms
    }
    remarks: list[Remark] = []
    for one in judgements:
        decision, events = one.decision, one.evidence.events
        if decision.phase == "cleared" or RANK[decision.level] < RANK["warning"]:
            continue
        sound = max(events.top, key=lambda top: top[1])[0] if events and events.top else None
        false = round(decision.sample / SAMPLE_RATE, 2) in strays
        if all(known.alert != decision.alert for known in remarks):
            remarks.append(Remark(decision.alert, decision.kind, sound, false=false))
    return remarks


def hallucinated(heard: Listened, fusion: Fusion) -> int:
    """Alerts that words made: there without sound's own, or at a higher level than by sound."""
    by_words = alerts_of(heard, decide(heard, fusion), fusion.release)
    by_sound = alerts_of(heard, decide(heard, fusion, ARMS[ALL] - {"text"}), fusion.release)
    return sum(not any(_as_much(own, one) for own in by_sound) for one in by_words)


def _as_much(own: Alert, other: Alert) -> bool:
    """Whether sound alone raised ``own`` in the time of ``other``, at warning if that was."""
    together = own.raised_s <= (other.cleared_s or np.inf) and other.raised_s <= (
        own.cleared_s or np.inf
    )
    return together and (own.warned_s is not None or other.warned_s is None)
