"""Which network hears sound events, and what is said of it."""

import numpy as np
import pytest

from daemon.acoustic.load import load_ear, load_sounds
from daemon.config.schema import Acoustic, Config, Fusion, Thresholds
from daemon.health import Health
from models import registry
from models.calibration import Calibration, highest
from models.ear.make import Both
from models.errors import ModelError
from models.features.constants import HOP
from models.networks import weights
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


@pytest.mark.parametrize(
    ("advisory", "critical", "says"),
    [(0.62, 0.9, "no more than a warning"), (0.88, 0.9, "no alert"), (0.62, 0.8, "")],
)
def test_it_is_said_how_far_alerts_go_where_sound_events_are_off(advisory, critical, says):
    warning = (advisory + critical) / 2 if says == "no alert" else 0.7
    threshold = Thresholds(advisory=advisory, warning=warning, critical=critical)
    config = Config(acoustic=Acoustic(sound_events=False), fusion=Fusion(threshold=threshold))
    health = Health()
    load_ear(config, health)
    part = health.part("sound_events")
    assert part.state == "off"
    assert "most screams are missed" in part.reason
    assert says in part.reason
    assert ("raises" in part.reason) == bool(says)
    assert "sound_events = true" in part.remedy


def test_no_voice_by_itself_is_critical():
    """What config.toml says of ``sound_events = false``."""
    found = weights.load(None)
    most = highest(Calibration.of(found.metadata["calibration"]["voice"]))
    threshold = Thresholds()
    assert threshold.warning <= most < threshold.critical
