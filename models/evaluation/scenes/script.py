"""Who sounds when: scenes as seeded plans, before a single sample is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar, get_args

import numpy as np

from models.data.corpora import Clip
from models.data.splits import Fold
from models.evaluation.scenes.material import Background, EventKind, Material

SEED: Final = {"train": 20, "dev": 21, "test": 22}
SCENE_S: Final = 600.0
STRETCH_S: Final = (45.0, 120.0)
LEVEL_DB: Final = (-55.0, -36.0)  # of a stretch at the microphone, dBFS
ROOM_DB: Final = (-72.0, -58.0)  # of the room's own noise
GAP_S: Final = (0.1, 1.2)  # between two recordings of a stretch
SNR_DB: Final = (20, 10, 5, 0)
FIRST_EVENT_S: Final = 12.0  # the gate and the gain know the room by then
PAUSE_S: Final = (20.0, 27.0)  # from an event's end to the next: alerts clear, cool-downs end
# A kind of background has a share for each so many minutes of recordings, so that little is heard
# again and again; one with hardly any recordings is left out, and said to be missing.
MINUTES_A_SHARE: Final = 3.0
MOST_SHARES: Final = 6
FEWEST: Final = 5


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is mixed.

    Attributes:
        negative_h: hours without any event.
        sources: recordings of each kind of event; each is heard once at every SNR.
        foreground: recordings of everyday sound that come forward as events do; the same.
    """

    negative_h: float
    sources: dict[EventKind, int]
    foreground: int = 0


FULL: Final = Amount(6.0, {"scream": 40, "help": 25, "fear": 25, "anger": 25, "shout": 10}, 60)
QUICK: Final = Amount(0.5, {"scream": 8, "help": 4, "fear": 4, "anger": 4, "shout": 2}, 6)
# What comes forward in a home, and how often beside the others: people, above all.
FOREGROUND: Final[dict[Background, int]] = {
    "talk": 5, "television": 4, "laughter": 1, "children": 1, "animals": 1, "household": 1,
    "music": 1, "traffic": 1,
}  # fmt: skip
LONGEST_S: Final = 6.0  # of a recording that comes forward


@dataclass(frozen=True, slots=True)
class Stretch:
    """Everyday sound of one kind, from one place in the room.

    Attributes:
        clips: recordings to be heard one after another until the stretch is full.
        under: music below television's voices; empty elsewhere.
        level_db: active level at the microphone, dBFS.
    """

    kind: Background
    start_s: float
    seconds: float
    clips: tuple[Clip, ...]
    under: tuple[Clip, ...]
    level_db: float


@dataclass(frozen=True, slots=True)
class Planned:
    """One event: ``clip`` begins at ``start_s``, ``snr_db`` over its stretch's active level.

    Attributes:
        kind: of a background where everyday sound comes forward.
    """

    kind: EventKind | Background
    clip: Clip
    start_s: float
    snr_db: int


@dataclass(frozen=True, slots=True)
class Scene:
    """One stream, as planned; everything that is still to be drawn follows from ``seed``."""

    name: str
    seed: tuple[int, ...]
    seconds: float
    room_db: float
    stretches: tuple[Stretch, ...]
    events: tuple[Planned, ...]


T = TypeVar("T")


class _Deck(Generic[T]):
    """Deals everything once, in an order by chance, before anything comes again."""

    def __init__(self, rng: np.random.Generator, cards: Sequence[T]) -> None:
        self._rng, self._cards = rng, cards
        self._left: list[T] = []

    def deal(self) -> T:
        if not self._left:
            self._left = [self._cards[i] for i in self._rng.permutation(len(self._cards))]
        return self._left.pop()


def _shares(clips: Sequence[Clip]) -> int:
    minutes = sum(clip.duration_s for clip in clips) / 60.0
    return max(1, min(MOST_SHARES, round(minutes / MINUTES_A_SHARE)))


def missing_backgrounds(found: Material) -> list[str]:
    """Kinds of everyday sound with too few recordings to be heard in any scene."""
    return sorted(
        kind
        for kind in get_args(Background)
        if kind != "silence" and len(found.background.get(kind, ())) < FEWEST
    )


class _Writer:
    """Plans scenes of one fold's material, one after another, from common decks.

    Args:
        found: what there is.
        name: of the scenes, before their number.
        seed: decides everything.
    """

    def __init__(self, found: Material, name: str, seed: tuple[int, ...]) -> None:
        self._name = name
        self._seed = seed
        self._rng = np.random.default_rng(seed)
        enough = {k: clips for k, clips in found.background.items() if len(clips) >= FEWEST}
        self._sounds = {kind: _Deck(self._rng, clips) for kind, clips in enough.items()}
        kinds: list[Background] = ["silence"]
        kinds += [kind for kind, clips in enough.items() for _ in range(_shares(clips))]
        self._kinds = _Deck(self._rng, kinds)
        self._busy = _Deck(self._rng, [kind for kind in kinds if kind != "silence"])
        self._count = 0

    def scene(self, events: list[tuple[EventKind | Background, Clip, int]]) -> Scene:
        """The next scene, with as many of ``events``, taken from their end, as it has room for."""
        rng, number = self._rng, self._count
        self._count += 1
        deck = self._busy if events else self._kinds
        stretches: list[Stretch] = []
        start = 0.0
        while start < SCENE_S:
            seconds = min(float(rng.uniform(*STRETCH_S)), SCENE_S - start)
            stretches.append(self._stretch(deck.deal(), start, seconds))
            start += seconds
        planned: list[Planned] = []
        at = FIRST_EVENT_S
        while events and at + events[-1][1].duration_s < SCENE_S - PAUSE_S[0]:
            kind, clip, snr = events.pop()
            planned.append(Planned(kind, clip, at, snr))
            at += clip.duration_s + float(rng.uniform(*PAUSE_S))
        return Scene(
            f"{self._name} {number + 1}", (*self._seed, number), SCENE_S,
            float(rng.uniform(*ROOM_DB)), tuple(stretches), tuple(planned),
        )  # fmt: skip

    def _stretch(self, kind: Background, start: float, seconds: float) -> Stretch:
        level = float(self._rng.uniform(*LEVEL_DB))
        under = self._filling("music", seconds) if kind == "television" else ()
        return Stretch(kind, start, seconds, self._filling(kind, seconds), under, level)

    def _filling(self, kind: Background, seconds: float) -> tuple[Clip, ...]:
        if kind not in self._sounds:
            return ()
        clips: list[Clip] = []
        while sum(clip.duration_s + GAP_S[0] for clip in clips) < seconds:
            clips.append(self._sounds[kind].deal())
        return tuple(clips)


def write(found: Material, fold: Fold, amount: Amount) -> Iterator[Scene]:
    """The scenes of a fold, the same every time: first without events, then with them."""
    writer = _Writer(found, fold, (SEED[fold],))
    for _ in range(round(amount.negative_h * 3600 / SCENE_S)):
        yield writer.scene([])
    rng = np.random.default_rng((SEED[fold], 1))
    chosen: list[tuple[EventKind | Background, Clip]] = []
    for kind, clips in found.events.items():
        places = rng.permutation(len(clips))[: amount.sources.get(kind, 0)]
        chosen += [(kind, clips[i]) for i in places]
    yield from _with_all(writer, chosen, rng)


def write_foreground(found: Material, fold: Fold, amount: Amount) -> Iterator[Scene]:
    """Scenes in which everyday sound comes forward as distress does in the others.

    Whoever takes anything that rises above the background for distress finds all events of the
    others, and is found out here.
    """
    rng = np.random.default_rng((SEED[fold], 2))
    short = {
        kind: [clip for clip in found.background.get(kind, ()) if clip.duration_s <= LONGEST_S]
        for kind in FOREGROUND
    }
    decks = {kind: _Deck(rng, clips) for kind, clips in short.items() if len(clips) >= FEWEST}
    if not decks:
        return
    kinds = _Deck(rng, [kind for kind in decks for _ in range(FOREGROUND[kind])])
    chosen: list[tuple[EventKind | Background, Clip]] = []
    for _ in range(amount.foreground):
        kind = kinds.deal()
        chosen.append((kind, decks[kind].deal()))
    yield from _with_all(_Writer(found, f"{fold} foreground", (SEED[fold], 3)), chosen, rng)


def _with_all(
    writer: _Writer,
    chosen: Sequence[tuple[EventKind | Background, Clip]],
    rng: np.random.Generator,
) -> Iterator[Scene]:
    """As many scenes as it takes to hear each of ``chosen`` at every SNR, in an order by chance."""
    events = [(kind, clip, snr) for kind, clip in chosen for snr in SNR_DB]
    events = [events[i] for i in rng.permutation(len(events))]
    while events:
        yield writer.scene(events)
