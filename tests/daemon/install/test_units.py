import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.install.program import Program
from daemon.install.systemd import SystemdService, _quoted

PROGRAM = Program(
    Path("/usr/bin/python3"), (), {"DISTRESSD_STATE": "/var/lib/a b"}, Path("/var/lib/a b")
)
MOST_EXPOSED = 3.0


@pytest.fixture
def analyze(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")

    def run(verb: str, unit: str, *options: str) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "distressd.service"
        path.write_text(unit)
        return subprocess.run(
            ["systemd-analyze", *options, verb, "--no-pager", str(path)],
            env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("system", [False, True])
@pytest.mark.parametrize("namespaces", [False, True])
def test_systemd_finds_no_mistake_in_the_unit(analyze, system, namespaces):
    unit = SystemdService(system).text(PROGRAM, namespaces=namespaces)
    done = analyze("verify", unit, *(() if system else ("--user",)))
    complaints = [line for line in done.stderr.splitlines() if "distressd" in line]
    assert (done.returncode, complaints) == (0, [])


def test_the_system_unit_is_exposed_to_little(analyze):
    done = analyze(
        "security", SystemdService(system=True).text(PROGRAM, namespaces=True), "--offline=true"
    )
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found is not None, done.stderr
    assert float(found[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("system", [False, True])
def test_the_unit_promises_what_the_daemon_keeps(system):
    lines = SystemdService(system).text(PROGRAM, namespaces=True).splitlines()
    for promise in (
        "Type=notify",
        "WatchdogSec=60",
        "Restart=always",
        "NoNewPrivileges=yes",
        "RestartPreventExitStatus=2",
        "StartLimitIntervalSec=0",
        "OOMPolicy=continue",
    ):
        assert promise in lines
    assert ("DynamicUser=yes" in lines) == system
    assert ('ReadWritePaths="/var/lib/a b"' in lines) == (not system)


def test_without_namespaces_only_what_needs_them_is_left_out():
    service = SystemdService()
    whole = service.text(PROGRAM, namespaces=True).splitlines()
    part = service.text(PROGRAM, namespaces=False).splitlines()
    assert set(part) < set(whole)
    assert "ProtectSystem=strict" not in part
    assert "NoNewPrivileges=yes" in part


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_a_quoted_word_is_one_word_and_names_no_variable_or_specifier(text):
    quoted = _quoted(text, command=True)
    inner = quoted[1:-1]
    assert quoted[0] == quoted[-1] == '"'
    assert not re.search(r'(?<!\\)(?:\\\\)*"', inner)
    for sign in "%$":
        assert sign not in inner.replace(sign * 2, "")
    unescaped = re.sub(r"\\(.)", r"\1", inner).replace("%%", "%").replace("$$", "$")
    assert unescaped == text
