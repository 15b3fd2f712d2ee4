"""``distressd service`` on Linux, with a systemctl that writes down what it is asked."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from daemon.cli import main
from daemon.errors import InstallError
from daemon.install.manager import service_manager
from daemon.install.program import Program
from daemon.install.systemd import SystemdService

pytestmark = pytest.mark.usefixtures("linux")


@pytest.fixture
def linux(monkeypatch):
    monkeypatch.setattr("platform.system", lambda: "Linux")
    # Wherever this checkout lies: a service cannot run from a temporary folder.
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")


@pytest.fixture
def home(home, monkeypatch):
    """The same for the modules: they come with that interpreter."""
    monkeypatch.delenv("PYTHONPATH")
    return home


def distressd(*words):
    return CliRunner().invoke(main, [*words])


def unit(home: Path) -> Path:
    return home / ".config" / "systemd" / "user" / "distressd.service"


def test_a_dry_run_shows_each_step_and_does_none(home, asked):
    done = distressd("service", "install", "--dry-run")
    assert done.exit_code == 0, done.output
    assert f"would write {unit(home)}:" in done.stdout
    assert "would run systemctl --user restart distressd.service" in done.stdout
    assert list(home.iterdir()) == []
    assert not any("restart" in line or "enable" in line for line in asked())


def test_install_writes_the_unit_and_starts_it(home, asked):
    done = distressd("service", "install")
    assert done.exit_code == 0, done.output
    assert "Restart=always" in unit(home).read_text()
    assert (home / "state").stat().st_mode & 0o777 == 0o700
    told = [line for line in asked() if line.startswith("systemctl")]
    assert told[-3:] == [
        "systemctl --user daemon-reload",
        "systemctl --user enable distressd.service",
        "systemctl --user restart distressd.service",
    ]


def test_uninstall_removes_the_unit_and_says_what_stays(home, asked):
    distressd("service", "install")
    (home / "state" / "alerts").write_text("mine")
    done = distressd("service", "uninstall")
    assert done.exit_code == 0, done.output
    assert f"alerts, history and token: {home / 'state'}" in done.stdout
    assert not unit(home).exists()
    assert (home / "state" / "alerts").read_text() == "mine"
    assert "systemctl --user disable --now distressd.service" in asked()


def test_uninstall_without_a_service_says_so(home, asked):
    done = distressd("service", "uninstall")
    assert done.exit_code == 0
    assert "no service" in done.stdout
    assert asked() == []


def test_status_of_what_is_not_installed(home, asked):
    done = distressd("service", "status")
    assert done.exit_code == 1
    assert "distressd service install" in done.stdout
    told = json.loads(distressd("service", "status", "--json").stdout)
    assert (told["installed"], told["running"]) == (False, False)


def test_a_wrong_configuration_is_told_now_and_not_at_every_start(home, asked, tmp_path):
    config = tmp_path / "wrong.toml"
    config.write_text("[audio]\nsauce = 1\n")
    done = distressd("service", "install", "--config", str(config))
    assert done.exit_code == 2
    assert "unknown setting" in done.stderr
    assert not unit(home).exists()


def test_the_configuration_of_the_command_is_that_of_the_service(home, asked, tmp_path):
    config = tmp_path / "own.toml"
    config.write_text("version = 1\n")
    distressd("service", "install", "--config", str(config))
    assert f'Environment="DISTRESSD_CONFIG={config}"' in unit(home).read_text()


def test_a_state_folder_that_does_not_last_is_refused(home, asked, monkeypatch):
    monkeypatch.setenv("DISTRESSD_STATE", "/tmp/state")
    done = distressd("service", "install")
    assert done.exit_code == 1
    assert "temporary" in done.stderr
    assert not unit(home).exists()


def test_a_program_that_does_not_last_is_refused(home, asked, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/tmp/checkout/.venv/bin/python")
    done = distressd("service", "install")
    assert done.exit_code == 1
    assert "/tmp/checkout" in done.stderr
    assert "folder that lasts" in done.stderr
    assert not unit(home).exists()


def test_a_failing_systemctl_is_told_in_a_sentence(home, asked, tmp_path):
    program = tmp_path / "bin" / "systemctl"
    program.write_text('#!/bin/sh\ncase "$*" in *restart*) echo "no luck" >&2; exit 1;; esac\n')
    done = distressd("service", "install")
    assert done.exit_code == 1
    assert "failed: no luck" in done.stderr


def test_without_systemd_there_is_no_service(home, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    done = distressd("service", "install")
    assert done.exit_code == 1
    assert "There is no systemd here." in done.stderr


def test_other_platforms_are_told_apart():
    with pytest.raises(InstallError, match="no service for Plan9"):
        service_manager("Plan9")


def test_the_system_unit_does_not_look_into_homes(home, asked, monkeypatch, tmp_path):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    link = tmp_path / "python"
    link.symlink_to("/home/me/.pyenv/bin/python3")
    for path in ("/home/me/venv/bin/python", "/root/venv/bin/python", link):
        program = Program(Path(path), (), {}, home)
        with pytest.raises(InstallError, match="in somebody's home"):
            SystemdService(system=True).installation(program)
    elsewhere = Program(Path("/opt/distressd/bin/python"), (), {"DISTRESSD_STATE": "x"}, home)
    steps = [step.describe() for step in SystemdService(system=True).installation(elsewhere)]
    assert "write /etc/systemd/system/distressd.service" in steps[0]
    assert "DISTRESSD_STATE=/var/lib/distressd" in steps[0]
    assert steps[-1] == "run systemctl restart distressd.service"


def test_the_system_unit_needs_root(home, asked, monkeypatch):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(InstallError, match="needs root"):
        SystemdService(system=True).installation(Program.here())
