"""The service on macOS, with programs of macOS that write down what they are asked."""

import json
import os
import plistlib
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from daemon.cli import main
from daemon.install.bundle import fingerprint

PROGRAM = """#!{python}
import json, os, pathlib, sys
name = pathlib.Path(sys.argv[0]).name
with open({log!r}, "a") as log:
    log.write(json.dumps([name, *sys.argv[1:]]) + "\\n")
if name == "cc":
    program = pathlib.Path(sys.argv[sys.argv.index("-o") + 1])
    program.write_text("compiled")
if name == "open":
    pathlib.Path(sys.argv[-1]).write_text({heard!r} + "\\n")
if name == "launchctl" and sys.argv[1] == "print":
    print("gui/501/org.distressd.agent = {{\\n\\tstate = running\\n\\tpid = 4711\\n\\truns = 3\\n"
          "\\tlast exit code = 1\\n}}")
"""


@pytest.fixture
def mac(home, tmp_path, monkeypatch):
    """A Mac on which everything succeeds; answers what was asked so far."""
    folder, log = tmp_path / "bin", tmp_path / "asked"
    folder.mkdir()

    def become(heard: str) -> None:
        log.write_text("")
        for name in ("cc", "codesign", "launchctl", "open", "tccutil"):
            program = folder / name
            program.write_text(PROGRAM.format(python=sys.executable, log=str(log), heard=heard))
            program.chmod(0o755)

    become("sound")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr("platform.system", lambda: "Darwin")

    class Mac:
        heard = staticmethod(become)

        @staticmethod
        def asked() -> list[list[str]]:
            return [json.loads(line) for line in log.read_text().splitlines()]

    return Mac


def distressd(*words):
    return CliRunner().invoke(main, [*words])


def bundle(home: Path) -> Path:
    return home / "Applications" / "distressd.app"


def agent(home: Path) -> Path:
    return home / "Library" / "LaunchAgents" / "org.distressd.agent.plist"


def test_install_makes_signs_asks_and_starts_in_this_order(mac, home):
    done = distressd("service", "install")
    assert done.exit_code == 0, done.output
    assert "The microphone is heard." in done.stdout
    steps = [(words[0], words[1] if words[0] == "launchctl" else "") for words in mac.asked()]
    assert [name for name, _ in steps] == [
        *("cc", "codesign", "codesign", "launchctl", "open", "launchctl", "launchctl")
    ]
    assert [verb for name, verb in steps if name == "launchctl"] == [
        *("bootout", "enable", "bootstrap")
    ]
    contents = bundle(home) / "Contents"
    assert plistlib.loads((contents / "Info.plist").read_bytes())["CFBundleName"] == "distressd"
    assert (contents / "MacOS" / "distressd").read_text() == "compiled"
    assert (contents / "Resources" / "made-of.sha256").read_text().strip() == fingerprint()


def test_the_agent_starts_the_daemon_by_way_of_the_bundle(mac, home):
    distressd("service", "install")
    plist = plistlib.loads(agent(home).read_bytes())
    words = plist["ProgramArguments"]
    assert words[0] == str(bundle(home) / "Contents" / "MacOS" / "distressd")
    assert Path(words[1]).is_absolute()
    assert words[2:] == ["-P", "-m", "daemon", "run"]
    assert plist["EnvironmentVariables"]["DISTRESSD_STATE"] == str(home / "state")
    for key in ("RunAtLoad", "KeepAlive", "LegacyTimers"):
        assert plist[key] is True
    assert plist["ProcessType"] == "Interactive"
    assert plist["StandardErrorPath"] == str(home / "Library/Logs/distressd/distressd.log")


def test_the_bundle_is_made_again_only_when_its_sources_change(mac, home):
    distressd("service", "install")
    mac.heard("sound")
    distressd("service", "install")
    assert {"cc", "codesign"}.isdisjoint(words[0] for words in mac.asked())
    assert agent(home).exists()
    (bundle(home) / "Contents" / "Resources" / "made-of.sha256").write_text("other\n")
    distressd("service", "install")
    assert "codesign" in {words[0] for words in mac.asked()}


@pytest.mark.parametrize(
    ("heard", "told"), [("zeros", "Privacy & Security"), ("none", "no microphone"), ("?", "opened")]
)
def test_a_microphone_that_is_not_heard_is_told_with_its_remedy(mac, home, heard, told):
    mac.heard(heard)
    done = distressd("service", "install")
    assert done.exit_code == 0
    assert told in done.stdout


def test_without_a_compiler_the_remedy_is_named(mac, home, tmp_path):
    (tmp_path / "bin" / "cc").write_text("#!/bin/sh\necho no tools >&2; exit 1\n")
    done = distressd("service", "install")
    assert done.exit_code == 1
    assert "xcode-select --install" in done.stderr
    assert not agent(home).exists()


def test_the_agent_is_started_once_the_one_before_has_ended(mac, home, tmp_path, monkeypatch):
    monkeypatch.setattr("daemon.install.plan.RETRY_S", 0.0)
    left = tmp_path / "left"
    left.write_text("3")
    (tmp_path / "bin" / "launchctl").write_text(
        f"""#!{sys.executable}
import pathlib, sys
left = pathlib.Path({str(left)!r})
if sys.argv[1] == "bootstrap" and (count := int(left.read_text())):
    left.write_text(str(count - 1))
    sys.exit("Bootstrap failed: 5: Input/output error")
"""
    )
    assert distressd("service", "install").exit_code == 0
    assert left.read_text() == "0"
    left.write_text("1000")
    done = distressd("service", "install")
    assert done.exit_code == 1
    assert "Input/output error" in done.stderr


def test_a_dry_run_does_nothing(mac, home):
    done = distressd("service", "install", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "would run codesign --force --sign -" in done.stdout
    assert mac.asked() == []
    assert list(home.iterdir()) == []


def test_status_in_launchds_words(mac, home):
    distressd("service", "install")
    told = json.loads(distressd("service", "status", "--json").stdout)
    assert told == {
        "installed": True,
        "enabled": True,
        "running": True,
        "state": "running",
        "pid": 4711,
        "restarts": 2,
        "result": "exit status 1",
        "file": str(agent(home)),
    }


def test_uninstall_leaves_nothing_but_what_is_the_users(mac, home):
    distressd("service", "install")
    (home / "state" / "alerts").write_text("mine")
    done = distressd("service", "uninstall")
    assert done.exit_code == 0, done.output
    assert str(home / "state") in done.stdout
    left = {path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()}
    assert left == {"state/alerts"}
    assert ["tccutil", "reset", "Microphone", "org.distressd.app"] in mac.asked()
    assert "no service" in distressd("service", "uninstall").stdout


def test_there_is_no_system_service(mac):
    done = distressd("service", "install", "--system")
    assert done.exit_code == 2
    assert "Leave --system out" in done.stderr
