"""Both networks: YAMNet is asked where the student suspects something, and only there."""

import numpy as np
import pytest

from models import registry
from models.calibration import Calibration
from models.errors import ModelError
from models.features.constants import HOP, SAMPLE_RATE
from models.networks import weights
from models.sounds.by_yamnet import YamnetEvents
from models.sounds.network import HEARD_HOPS, WINDOW
from models.sounds.pair import Pair
from models.sounds.student import Student, load
from models.sounds.yamnet import Yamnet
from models.training.student.screams import scream


@pytest.fixture
def both() -> tuple[Student, YamnetEvents]:
    try:
        yamnet = Yamnet(registry.find("yamnet"), registry.find("yamnet-classes"))
    except ModelError as error:
        pytest.skip(str(error))
    calibration = Calibration.of(weights.load().metadata["calibration"]["sounds"])
    return Student(load()), YamnetEvents(yamnet, calibration)


@pytest.fixture
def pair(both: tuple[Student, YamnetEvents]) -> Pair:
    return Pair(*both)


def room(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal(WINDOW)
    return (1e-3 * noise).astype(np.float32)


def loud_scream() -> np.ndarray:
    """The second second of a scream."""
    made = scream(np.random.default_rng(3))
    whole = np.concatenate([np.zeros(WINDOW, np.float32), made, room(1)])
    at = WINDOW + min(len(made), SAMPLE_RATE)
    return whole[at - WINDOW : at].copy()


def test_a_quiet_room_is_judged_by_the_student_alone(pair):
    for seed in range(5):
        pair.hear(room(seed), HEARD_HOPS)
    assert pair.asked == 0
    assert pair.distress < 0.1


def test_a_scream_is_heard_by_both(pair):
    pair.hear(room(1), HEARD_HOPS)
    pair.hear(loud_scream(), HEARD_HOPS)
    assert pair.asked == 1
    assert pair.distress > 0.5
    assert pair.infant < pair.distress


def test_a_stream_is_heard_as_its_last_window(pair):
    stream = np.concatenate([loud_scream(), *(room(seed) for seed in range(4)), loud_scream()])
    end = WINDOW
    pair.hear(stream[:end], HEARD_HOPS)
    while end + 10 * HOP <= len(stream):
        end += 10 * HOP
        pair.hear(stream[end - WINDOW : end], 10)
    assert 1 < pair.asked < (len(stream) - WINDOW) // (10 * HOP)
    asked, in_pieces = pair.asked, pair.log_odds.copy()
    pair.forget()
    pair.hear(stream[end - WINDOW : end], HEARD_HOPS)
    assert pair.asked == asked + 1
    np.testing.assert_allclose(pair.log_odds, in_pieces, atol=1e-3)


def test_what_is_around_is_heard_by_whichever_hears_it_best(both, pair):
    student, yamnet = both
    pair.hear(room(1), HEARD_HOPS)
    assert pair.around.tolist() == student.around.tolist()
    pair.hear(loud_scream(), HEARD_HOPS)
    assert pair.asked == 1
    assert pair.around.tolist() == np.maximum(student.around, yamnet.around).tolist()
    pair.hear(room(1), HEARD_HOPS)
    assert pair.around.tolist() == student.around.tolist(), "not what YAMNet heard before"


def test_what_was_forgotten_is_nothing(pair):
    pair.hear(loud_scream(), HEARD_HOPS)
    pair.forget()
    assert pair.distress == pair.infant == 0.0


def test_the_strongest_classes_are_named(pair):
    pair.hear(loud_scream(), HEARD_HOPS)
    assert 0.0 <= pair.grouped.min() <= pair.grouped.max() <= 1.0
    assert len(pair.top(3)) == 3
