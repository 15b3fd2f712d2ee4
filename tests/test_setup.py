"""What `make` says on a machine that lacks something: one sentence, with the remedy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ("bash", "cat", "cksum", "dirname", "id", "mkdir", "rm", "sleep", "uname")

OLD_PYTHON = """
[ "$1" = -V ] && { echo Python 3.9.2; exit; }
exit 1
"""
WITHOUT_VENV = f"""
case "$*" in *ensurepip*) exit 1 ;; esac
exec {sys.executable} "$@"
"""
# Everything that is asked of the environment's interpreter is written down; pip only pretends.
IN_VENV = f"""
echo "$@" >>calls
case "$*" in
    *llama_cpp*) [ -e llama ] ;;
    *"import sounddevice"*) ;;
    *"-m pip"*"[channels,"*) [ ! -e broken ] || {{ echo "ERROR: no network" >&2; exit 1; }} ;;
    *"-m pip"*) ;;
    *) exec {sys.executable} "$@" ;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    """A copy of what setup reads, on a machine with nothing but the tools that it uses."""

    class Machine:
        folder = tmp_path / "a clone"
        bin = tmp_path / "bin"

        def has(self, name: str, script: str, folder: Path | None = None) -> None:
            path = (folder or self.bin) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"#!{shutil.which('bash')}\n{script}\n")
            path.chmod(0o755)

        def setup(self, wanted: str) -> tuple[int, str]:
            done = subprocess.run(
                [self.bin / "bash", ".ci/setup", wanted],
                cwd=self.folder,
                env={"PATH": str(self.bin)},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.stdout == ""
            return done.returncode, done.stderr

        def calls(self) -> str:
            return (self.folder / "calls").read_text()

    made = Machine()
    (made.folder / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "setup", made.folder / ".ci")
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, made.folder)
    made.bin.mkdir()
    for tool in TOOLS:
        (made.bin / tool).symlink_to(shutil.which(tool))
    made.has("apt-get", "exit 1")
    return made


@pytest.fixture
def with_venv(machine):
    machine.has("python", IN_VENV, machine.folder / ".venv" / "bin")
    machine.has("distressd", "", machine.folder / ".venv" / "bin")
    return machine


def test_without_python(machine):
    status, said = machine.setup("core")
    assert status == 1
    assert said.startswith("setup: there is no Python here: install Python 3.11 or newer (")
    assert "apt-get install python3 python3-venv" in said
    assert said.count("\n") == 1


def test_with_too_old_a_python(machine):
    machine.has("python3", OLD_PYTHON)
    status, said = machine.setup("core")
    assert status == 1
    assert said.startswith("setup: Python 3.9.2 is too old: install Python 3.11 or newer (")
    assert said.count("\n") == 1


def test_without_the_venv_package(machine):
    machine.has("python3", WITHOUT_VENV)
    status, said = machine.setup("core")
    assert status == 1
    assert said.startswith("setup: python3 cannot make virtual environments: install its venv")
    assert "apt-get install python3-venv" in said
    assert said.count("\n") == 1
    assert not (machine.folder / ".venv").exists()
    assert not (machine.folder / ".venv.lock").exists()


def test_without_a_compiler(with_venv):
    status, said = with_venv.setup("language")
    assert status == 1
    assert said.startswith("setup: there is no C++ compiler for llama-cpp-python: install one (")
    assert "make run LANGUAGE=no" in said
    assert said.count("\n") == 1
    assert "pip" not in with_venv.calls()


def test_what_listens_is_there_before_the_language_models_are(with_venv):
    with_venv.has("g++", "")
    (with_venv.folder / "broken").touch()
    status, said = with_venv.setup("language")
    assert status == 1
    assert "about eight minutes" in said
    assert "ERROR: no network" in said
    assert any(line.startswith("setup: pip could not install it") for line in said.splitlines())
    assert with_venv.setup("core") == (0, "")  # make listen

    (with_venv.folder / "broken").unlink()
    before = with_venv.calls()
    status, said = with_venv.setup("language")
    assert (status, said.splitlines()[-1]) == (0, "==> Ready")
    assert "[channels]" not in with_venv.calls().removeprefix(before)
    assert with_venv.setup("language") == (0, "")


def test_models_that_could_not_be_fetched_are_tried_again_and_nothing_else_is(with_venv):
    with_venv.has("g++", "")
    with_venv.has(
        "distressd",
        'echo "distressd $*" >>calls; case "$*" in *whisper*) [ ! -e offline ] ;; esac',
        with_venv.folder / ".venv" / "bin",
    )
    (with_venv.folder / "offline").touch()
    status, said = with_venv.setup("language")
    assert status == 0
    assert "Going on without what is missing" in said
    assert with_venv.setup("core") == (0, ""), "what that needs is there"
    before = with_venv.calls()
    status, said = with_venv.setup("language")
    assert status == 0
    assert "Installing" not in said
    assert "Going on without what is missing" in said
    assert "yamnet" not in with_venv.calls().removeprefix(before)
    assert "models pull whisper-tiny.en smollm2-135m minilm-l6" in (
        with_venv.calls().removeprefix(before)
    )

    (with_venv.folder / "offline").unlink()
    assert with_venv.setup("language") == (0, "")
    before = with_venv.calls()
    assert with_venv.setup("language") == (0, "")
    assert with_venv.setup("all")[0] == 0
    assert "distressd models" not in with_venv.calls().removeprefix(before)


def test_models_are_left_to_whoever_is_fetching_them(with_venv):
    with_venv.has("distressd", "exit 1", with_venv.folder / ".venv" / "bin")
    assert with_venv.setup("core")[0] == 0
    lock = with_venv.folder / ".venv.lock"
    lock.mkdir()
    (lock / "pid").write_text(str(os.getpid()))
    assert with_venv.setup("core") == (0, "")


def test_a_set_is_installed_again_when_its_packages_change(with_venv):
    assert with_venv.setup("core")[0] == 0
    assert with_venv.setup("core") == (0, "")
    with (with_venv.folder / "constraints.txt").open("a") as constraints:
        constraints.write("# another\n")
    status, said = with_venv.setup("core")
    assert status == 0
    assert "Installing what listens" in said


def test_an_unknown_set(machine):
    status, said = machine.setup("most")
    assert status == 1
    assert said == "setup: unknown set 'most': core, language or all.\n"
