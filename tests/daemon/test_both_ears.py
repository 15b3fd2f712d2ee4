"""Both ears as one hear what the daemon hears with two."""

import numpy as np
import pytest
import soundfile

from daemon.acoustic.load import load_ear
from daemon.acoustic.opinion import Opinion
from daemon.acoustic.second_ear import STEP_DELAY
from daemon.audio.scene import render
from daemon.both_ears import BothEars
from daemon.config.schema import Config
from daemon.health import Health
from daemon.replay import hear_recording

HOP = 160


class Certain:
    """Hears distress in everything."""

    def __init__(self):
        self.asked = []

    def ask(self, _window, sample, opined):
        self.asked.append(sample)
        opined(Opinion(sample, 1.0))


@pytest.fixture(scope="module")
def scene():
    return render()[: 30 * 16_000]


def test_the_second_is_asked_as_the_daemon_asks_it(scene, tmp_path, words_models):
    config = Config()
    path, opinions = tmp_path / "scene.wav", []
    soundfile.write(path, scene, 16_000, subtype="FLOAT")
    list(hear_recording(path, config, "max", opined=opinions.append))
    second = Certain()
    both = BothEars(load_ear(config, Health()), second)
    for hop in scene.reshape(-1, HOP):
        both.step(hop)
    delivered = [sample for sample in second.asked if sample + STEP_DELAY <= len(scene)]
    assert [opinion.sample for opinion in opinions] == delivered
    assert delivered


def test_what_it_says_moves_what_is_heard(scene):
    config = Config()
    alone = load_ear(config, Health())
    both = BothEars(load_ear(config, Health()), Certain())
    louder = []
    for hop in scene.reshape(-1, HOP):
        alone.step(hop)
        both.step(hop)
        assert both.infant == alone.infant
        louder.append(both.distress - alone.distress)
    assert np.min(louder) >= -1e-12
    assert np.max(louder) > 0.1
