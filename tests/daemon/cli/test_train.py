"""``distressd train``: what was asked for is what is trained, and what is left out is said."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from daemon.cli import main
from daemon.cli import train as module
from models.training import run


@pytest.mark.parametrize(
    ("told", "recipe", "seed"),
    [
        ([], "lstm", None),
        (["--seed", "9"], "lstm", 9),
        (["--recipe", "voice"], "voice", None),
        (["--recipe", "voice", "--seed", "9"], "voice", 9),
    ],
)
def test_recipe_and_seed_are_handed_on(monkeypatch, tmp_path, told, recipe, seed):
    asked = []
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "labels.csv").write_text("file,label,dur\nx.wav,calm,1\n")
    monkeypatch.setattr(module, "require_training", lambda: None)
    monkeypatch.setattr(run, "run_recipe", lambda *given: asked.append(given))
    done = CliRunner().invoke(module.train, ["--data", str(tmp_path), "--quick", *told])
    assert done.exit_code == 0, done.output
    assert asked == [(recipe, run.Run(Path(tmp_path), quick=True), seed)]


def test_what_lies_there_and_is_not_learned_from_is_said(tmp_path):
    for folder in ("mine", "theirs"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "labels.csv").write_text("file,label,dur\nx.wav,calm,1\n")
    (tmp_path / "CREMA-D").mkdir()
    done = CliRunner().invoke(main, ["train", "--data", str(tmp_path), "--also", "theirs"])
    assert done.exit_code == 1
    assert "mine is not learned from; --also mine adds it" in done.stderr
    assert "CREMA-D is not read" in done.stderr
    assert "theirs is not learned" not in done.stderr
    assert "ravdess" in done.stderr  # which no training can do without
