import os
import time

import pytest

from daemon.config.schema import Config
from daemon.doctor import clock
from daemon.doctor.check import Setting

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("now", "newest", "synchronised", "mark", "said"),
    [
        (NOW, NOW - 5.0, True, "ok", "kept by the network"),
        (NOW, 0.0, None, "ok", "2027-01-"),
        (NOW, NOW + 30.0, True, "ok", ""),
        (NOW, NOW + 7200.0, True, "warning", "gone back by 2.0 hours"),
        (NOW, NOW, False, "warning", "no network"),
        (100.0, 0.0, True, "failed", "the clock is wrong"),
    ],
)
def test_what_a_clock_means(now, newest, synchronised, mark, said):
    finding = clock.judge(now, newest, synchronised)
    assert finding.mark == mark
    assert said.lower() in finding.message.lower()
    assert bool(finding.remedy) == (mark != "ok")


def test_a_state_folder_from_the_future_is_noticed(tmp_path):
    setting = Setting(Config(), tmp_path)
    path = tmp_path / "token"
    path.touch()
    assert "gone back" not in clock.check(setting).message
    os.utime(path, (time.time() + 86_400.0,) * 2)
    assert "gone back" in clock.check(setting).message
