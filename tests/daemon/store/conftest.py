import pytest

from daemon.health import Health
from daemon.wire.alert import AlertEvent
from daemon.wire.base import rfc3339

NOW = 1_700_000_000.0


def make_event(alert="a", phase="raised", *, wall=NOW, **changes):
    """An alert event as fusion hands it over: not numbered yet."""
    return AlertEvent(
        **{
            "time": rfc3339(wall),
            "stream_s": 1.0,
            "id": alert,
            "phase": phase,
            "kind": "scream",
            "level": "critical",
            "score": 0.97,
            "evidence": {"audio": {"probability": 0.97, "weight": 1.0, "age_s": 0.0}},
            "emotions": ({"emotion": "fearful", "probability": 0.8},),
            "sounds": ({"label": "Screaming", "score": 0.9},),
            "transcript": "help me",
            "why": "A scream.",
            "source": "file",
            "onset_s": 0.5,
            **changes,
        }
    )


@pytest.fixture
def event():
    return make_event


@pytest.fixture
def health():
    return Health()
