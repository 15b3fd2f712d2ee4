"""Which network hears sound events, and what is said of it."""

import numpy as np
import pytest

from daemon.acoustic.load import load_ear, load_sounds
from daemon.config.schema import Acoustic, Config
from daemon.health import Health
from models import registry
from models.ear.make import Both
from models.errors import ModelError
from models.features.constants import HOP
from models.sounds.student import Student
from models.sounds.yamnet import Yamnet


@pytest.fixture
def no_files(monkeypatch, tmp_path):
    """No model file can be found."""
    for name in ("DISTRESSD_MODELS", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))


def test_the_student_stands_in_for_a_yamnet_that_is_not_there(no_files):
    health = Health()
    assert isinstance(load_sounds(Config(), health), Student)
    said = health.part("sound_events")
    assert said.state == "ok"
    assert "student, a smaller network, stands in" in said.reason
    assert "models pull" in said.remedy


def test_an_ear_without_any_file_hears_sound_events(no_files):
    ear = load_ear(Config(), Health())
    for _ in range(100):
        ear.step(np.zeros(HOP, np.float32))
    assert ear.window is not None


def test_the_student_listens_where_it_is_wanted():
    health = Health()
    config = Config(acoustic=Acoustic(sound_network="student"))
    assert isinstance(load_sounds(config, health), Student)
    assert health.part("sound_events").state == "ok"


@pytest.fixture
def yamnet_file():
    """YAMNet can be had."""
    try:
        registry.find("yamnet")
    except ModelError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("yamnet_file")
def test_both_listen_where_yamnets_file_is():
    health = Health()
    found = load_sounds(Config(), health)
    assert isinstance(found, Both)
    assert health.part("sound_events").reason == "by YAMNet and its student"


@pytest.mark.usefixtures("yamnet_file")
def test_yamnet_listens_alone_where_that_is_wanted():
    config = Config(acoustic=Acoustic(sound_network="yamnet"))
    assert isinstance(load_sounds(config, Health()), Yamnet)


def test_nobody_listens_where_sound_events_are_off():
    health = Health()
    assert load_sounds(Config(acoustic=Acoustic(sound_events=False)), health) is None
    assert health.part("sound_events").state == "off"
