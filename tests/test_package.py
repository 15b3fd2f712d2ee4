"""The packages keep their promises to each other, and to the clock."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from daemon.cli import COMMANDS

ROOT = Path(__file__).parents[1]


def imports(path: Path) -> set[str]:
    """Names of every module that ``path`` imports, at the top or when a function runs."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def offenders(package: str, forbidden: set[str]) -> list[str]:
    paths = sorted((ROOT / package).rglob("*.py"))
    assert paths
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in paths
        for name in imports(path)
        if name.split(".")[0] in forbidden
    ]


def test_models_never_import_the_daemon():
    assert not offenders("models", {"daemon"})


def test_the_daemon_never_imports_torch():
    assert not offenders("daemon", {"torch", "torchaudio", "librosa"})


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_helps(name):
    module, _, attribute = COMMANDS[name][0].partition(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.help


def test_help_imports_no_command():
    """Nor anything heavy: what is imported before a command runs is paid for by each of them."""
    script = (
        "import sys\nfrom daemon.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = set(done.stderr.split())
    assert "daemon.cli.group" in loaded
    assert not {f"daemon.cli.{name}" for name in COMMANDS} & loaded
    assert not {"numpy", "pydantic", "rich", "websockets", "asyncio"} & loaded
