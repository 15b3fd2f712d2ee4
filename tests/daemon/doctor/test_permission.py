import numpy as np
import pytest

from daemon.config.schema import Audio, Config
from daemon.doctor import permission
from daemon.doctor.check import Setting


@pytest.mark.parametrize(
    ("system", "remedy"), [("Darwin", "Privacy & Security"), ("Linux", "pactl"), ("?", "Unmute")]
)
def test_exact_zeros_are_told_with_the_systems_remedy(system, remedy):
    finding = permission.judge(np.zeros(8_000, np.float32), system)
    assert finding.mark == "warning"
    assert "exact zeros" in finding.message
    assert remedy in finding.remedy


def test_one_value_is_no_sound_either():
    assert permission.judge(np.full(8_000, 0.25, np.float32), "Linux").mark == "warning"


def test_the_least_sound_is_permission():
    sound = np.zeros(8_000, np.float32)
    sound[17] = 2.0**-15
    assert permission.judge(sound, "Darwin").mark == "ok"


def test_no_samples_are_told_apart_from_zeros():
    for nothing in (None, np.zeros(0, np.float32)):
        assert "sent nothing in" in permission.judge(nothing, "Linux").message


def test_without_the_microphone_it_cannot_be_told(tmp_path):
    finding = permission.check(Setting(Config(audio=Audio(device="no such one")), tmp_path))
    assert finding.mark == "warning"
    assert finding.message.startswith("Cannot be told")


@pytest.mark.microphone
def test_a_muted_microphone_is_opened_and_sends_zeros(virtual_microphone, tmp_path):
    """Nobody plays into the null sink."""
    config = Config(audio=Audio(device=virtual_microphone.device))
    finding = permission.check(Setting(config, tmp_path))
    assert finding.mark == "warning"
    assert "exact zeros" in finding.message
