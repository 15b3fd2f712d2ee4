"""Evidence as the hop loop makes it, short to write."""

from collections.abc import Callable, Iterable, Mapping

import pytest

from daemon.acoustic.evidence import AcousticEvidence, SoundEvents
from daemon.fusion.decision import Decision, Moment
from daemon.fusion.kind import Cues, distress_kind
from daemon.fusion.tracker import AlertTrack

HOP = 160


def make_hop(
    sample: int,
    distress: float = 0.0,
    infant: float = 0.0,
    *,
    scream: float = 0.0,
    fearful: float = 0.1,
    angry: float = 0.05,
    gate: bool = True,
    hop_ns: int = 0,
    around: Mapping[str, float] | None = None,
) -> AcousticEvidence:
    rest = (1.0 - fearful - angry) / 6
    posterior = (rest, rest, rest, rest, angry, fearful, rest, rest)
    top = (("Screaming", scream), ("Speech", 0.2), ("Music", 0.1), ("Animal", 0.05))
    return AcousticEvidence(
        sample=sample,
        gate=gate,
        level_db=-20.0,
        floor_db=-60.0,
        distress=distress,
        infant=infant,
        posterior=posterior if gate else None,
        events=SoundEvents(sample, scream, 0.0, 0.0, 0.0, infant, top, around or {}),
        capture_ms=7.0,
        ring_ns=hop_ns - 300_000,
        hop_ns=hop_ns,
    )


def make_moments(
    *runs: tuple[float, int], start: int = 0, cues: Cues | None = None
) -> list[Moment]:
    """Hops of 10 ms from (score, milliseconds) runs; audio alone, so that score is audio."""
    moments: list[Moment] = []
    sample = start
    for score, ms in runs:
        for _ in range(ms // 10):
            sample += HOP
            moments.append(Moment(sample, score, score, cues or Cues(scream=0.5)))
    return moments


def drive(track: AlertTrack, moments: Iterable[Moment]) -> list[Decision]:
    return [d for moment in moments if (d := track.advance(moment)) is not None]


@pytest.fixture(scope="session")
def hop() -> Callable[..., AcousticEvidence]:
    return make_hop


@pytest.fixture(scope="session")
def moments() -> Callable[..., list[Moment]]:
    return make_moments


@pytest.fixture(scope="session")
def decide() -> Callable[..., list[Decision]]:
    """Decisions of a distress track over moments, with consecutive numbers as ids."""

    def _decide(config, moments, track: AlertTrack | None = None) -> list[Decision]:
        ids = iter(range(1_000_000))
        track = track or AlertTrack(config, distress_kind, lambda: str(next(ids)))
        return drive(track, moments)

    return _decide
