"""Sound events: the groups exist among the classes, and the network says what it hears."""

import numpy as np
import pytest

from models import registry
from models.calibration import FEATURES
from models.errors import ModelError
from models.features.constants import SAMPLE_RATE
from models.sounds.groups import AROUND, DISTRESS_GROUPS, GROUPS
from models.sounds.network import WINDOW
from models.sounds.yamnet import Yamnet, read_class_names


@pytest.fixture
def files():
    try:
        return registry.find("yamnet"), registry.find("yamnet-classes")
    except ModelError as error:
        pytest.skip(str(error))


@pytest.fixture
def yamnet(files) -> Yamnet:
    return Yamnet(*files)


def sine(hertz: float) -> np.ndarray:
    time = np.arange(WINDOW) / SAMPLE_RATE
    return (0.3 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def test_groups_are_apart_and_each_has_its_figure():
    members = [name for names in GROUPS.values() for name in names]
    assert len(members) == len(set(members))
    assert set(DISTRESS_GROUPS) < set(GROUPS)
    assert FEATURES[2:-1] == tuple(GROUPS)


def test_every_class_of_every_group_exists(files):
    names = read_class_names(files[1])
    assert len(names) == 521
    groups = (*GROUPS.values(), *AROUND.values())
    assert {name for group in groups for name in group} <= set(names)


def test_scores_are_within_zero_and_one_and_groups_hold_their_maxima(yamnet):
    noise = np.random.default_rng(1).uniform(-0.3, 0.3, WINDOW).astype(np.float32)
    for window in (noise, sine(440.0), np.zeros(WINDOW, np.float32)):
        scores = yamnet(window)
        assert scores.shape == (521,)
        assert 0.0 <= scores.min() <= scores.max() <= 1.0
        named = dict(zip(yamnet.class_names, scores, strict=True))
        for value, members in zip(yamnet.grouped, GROUPS.values(), strict=True):
            assert value == max(named[member] for member in members)
        for value, members in zip(yamnet.around, AROUND.values(), strict=True):
            assert value == max(named[member] for member in members)


def test_the_strongest_classes_come_strongest_first(yamnet):
    scores = yamnet(sine(440.0))
    top = yamnet.top(scores, 5)
    assert [score for _, score in top] == sorted(scores, reverse=True)[:5]
    assert top[0][0] == yamnet.class_names[int(scores.argmax())]


def test_nothing_is_kept_between_windows(yamnet):
    first = yamnet(sine(440.0)).copy()
    yamnet(np.random.default_rng(1).uniform(-0.3, 0.3, WINDOW).astype(np.float32))
    np.testing.assert_array_equal(yamnet(sine(440.0)), first)


def test_scores_are_the_callers_own(yamnet):
    first = yamnet(sine(440.0))
    kept = first.copy()
    yamnet(np.zeros(WINDOW, np.float32))
    np.testing.assert_array_equal(first, kept)


def test_classes_that_do_not_fit_the_network_are_refused(files, tmp_path):
    lines = files[1].read_text(encoding="utf-8").splitlines()
    shorter = tmp_path / "classes.csv"
    shorter.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    with pytest.raises(ModelError, match="not the YAMNet"):
        Yamnet(files[0], shorter)


def test_a_damaged_network_is_refused(files, tmp_path):
    damaged = tmp_path / "yamnet.tflite"
    damaged.write_bytes(b"not a network")
    with pytest.raises(ModelError):
        Yamnet(damaged, files[1])
