"""``distressd tune``: what it is given wrongly costs one sentence and nothing else."""

import importlib.util
from pathlib import Path

import pytest
from click.testing import CliRunner

from daemon.cli import main

pytest.importorskip("torch", reason="the extra 'train' is not installed")
pytest.importorskip("llama_cpp", reason="the extra 'language' is not installed")

BOTH = pytest.mark.parametrize("command", ["prompt", "lora"])


@pytest.fixture
def tune(tmp_path: Path):
    """With the settings as they are shipped, and everything written below a folder of its own."""
    config = tmp_path / "config.toml"
    config.write_text("version = 1\n")
    out = tmp_path / "made"

    def invoke(command, *words):
        given = ("tune", command, "--config", str(config), "--out", str(out), *words)
        return CliRunner().invoke(main, [str(word) for word in given])

    return invoke


@BOTH
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--sentences", "3"), "'--sentences': 3 is not in the range x>=60"),
        (("--out", "."), "is a directory"),
        (("--config", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_wrong_words_are_wrong_usage(tune, command, words, told):
    done = tune(command, *words)
    assert done.exit_code == 2
    assert told in done.stderr


@BOTH
def test_a_model_that_is_missing_or_none_is_told_and_nothing_is_written(tune, tmp_path, command):
    gone = tune(command, "--llm", tmp_path / "gone.gguf")
    text = tmp_path / "text.gguf"
    text.write_text("no model")
    other = tune(command, "--llm", text)
    assert (gone.exit_code, other.exit_code) == (1, 1)
    assert "neither registered nor a file" in gone.stderr
    assert f"{text} is no GGUF file" in other.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.toml", "text.gguf"]


@BOTH
def test_without_the_extra_it_says_which(tune, monkeypatch, command):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else find(name)
    )
    done = tune(command)
    assert done.exit_code == 1
    assert "distressd[train]" in done.stderr


def test_an_adapter_that_is_none_is_told(tune, tmp_path):
    (tmp_path / "config.toml").write_text('version = 1\n[language]\nlora = "adapter.gguf"\n')
    (tmp_path / "adapter.gguf").write_text("no adapter")
    done = tune("prompt")
    assert done.exit_code == 1
    assert "adapter.gguf" in done.stderr
    assert "[language] lora" in done.stderr
