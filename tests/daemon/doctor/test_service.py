from dataclasses import replace

import pytest

from daemon.config.schema import Config
from daemon.doctor import service
from daemon.doctor.check import Setting
from daemon.install.status import ServiceStatus

WELL = ServiceStatus(
    installed=True,
    enabled=True,
    running=True,
    state="active (running)",
    pid=12,
    restarts=0,
    result="success",
    file="/x",
)


@pytest.mark.parametrize(
    ("changed", "mark", "remedy"),
    [
        ({}, "ok", ""),
        ({"installed": False, "running": False}, "warning", "service install"),
        ({"running": False, "state": "failed (failed)"}, "failed", "journalctl --user"),
        ({"enabled": False}, "warning", "service install"),
        ({"restarts": 3}, "warning", "journalctl --user"),
    ],
)
def test_what_the_managers_answer_means(changed, mark, remedy):
    finding = service.judge(replace(WELL, **changed), "Linux")
    assert finding.mark == mark
    assert remedy in finding.remedy
    assert bool(remedy) == bool(finding.remedy)


def test_without_a_service_manager_it_does_not_start_by_itself(monkeypatch, tmp_path):
    monkeypatch.setattr("platform.system", lambda: "Plan9")
    finding = service.check(Setting(Config(), tmp_path))
    assert finding.mark == "warning"
    assert "no service for Plan9" in finding.message
