import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from daemon.cli import COMMANDS, main
from daemon.cli.group import MainGroup
from daemon.cli.options import counted
from daemon.errors import ConfigError, StateError


@click.group(cls=MainGroup)
def group() -> None:
    """Stand in for the console script."""


@group.command()
def fails() -> None:
    raise StateError("The state folder cannot be written.", "Run chmod.")


@group.command()
def misconfigured() -> None:
    raise ConfigError("config.toml:1: wrong")


@group.command()
def breaks() -> None:
    raise ZeroDivisionError("a bug\nin two lines")


@group.command()
@click.argument("words", nargs=-1)
def prints(words) -> None:
    click.echo(" ".join(words))


@pytest.mark.parametrize(
    ("command", "status", "sentence"),
    [
        ("fails", 1, "distressd: The state folder cannot be written. Run chmod.\n"),
        ("misconfigured", 2, "distressd: config.toml:1: wrong\n"),
        (
            "breaks",
            1,
            "distressd: something unexpected happened (ZeroDivisionError: a bug in two lines)."
            " Re-run with --debug for the traceback.\n",
        ),
    ],
)
def test_an_error_is_one_sentence_and_a_status(command, status, sentence):
    done = CliRunner().invoke(group, [command])
    assert done.exit_code == status
    assert done.stderr == sentence
    assert done.stdout == ""


@pytest.mark.parametrize("words", [["--debug", "breaks"], ["breaks", "--debug"]])
def test_debug_shows_the_traceback_wherever_it_stands(words):
    done = CliRunner().invoke(group, words)
    assert isinstance(done.exception, ZeroDivisionError)


def test_what_follows_two_dashes_is_the_commands_own():
    done = CliRunner().invoke(group, ["prints", "--", "--debug"])
    assert (done.exit_code, done.stdout) == (0, "--debug\n")


@pytest.mark.parametrize("words", [["nope"], ["config", "check", "--nope"], ["replay"]])
def test_wrong_usage_is_status_2(words):
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "Usage: " in done.stderr
    assert "Traceback" not in done.stderr


def test_help_lists_every_command():
    done = CliRunner().invoke(main, ["--help"])
    assert done.exit_code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in done.stdout


def test_it_runs_as_a_module_and_survives_a_reader_that_leaves(tmp_path: Path):
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-m", "daemon", "config", "show"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode == 1
    assert said == b""


@pytest.mark.parametrize(("count", "told"), [(0, "0 clips"), (1, "1 clip"), (2, "2 clips")])
def test_one_is_one(count, told):
    assert counted(count, "clip") == told
