"""``distressd evaluate``: what it prints, what it writes, and what it says of bad input."""

import json

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from daemon.cli import main
from models.evaluation import fold_weights


def invoke(*words):
    return CliRunner().invoke(main, ["evaluate", *map(str, words)])


@pytest.fixture
def ravdess(tmp_path, monkeypatch):
    monkeypatch.setattr(fold_weights, "FOLDER", tmp_path / "no weights")
    for actor in range(1, 25):
        folder = tmp_path / "data" / "ravdess" / f"Actor_{actor:02d}"
        folder.mkdir(parents=True)
        soundfile.write(folder / f"03-01-05-01-01-01-{actor:02d}.flac", np.zeros(160), 16_000)
    return tmp_path / "data"


def test_figures_go_to_standard_output_and_the_report_to_its_folder(ravdess, tmp_path):
    done = invoke("--suite", "ravdess", "--data", ravdess, "--report", tmp_path / "out", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["uar"] == {"lstm13": None, "streaming": None, "utterance": None}
    assert [each["actors"] for each in told["folds"]][:2] == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert json.loads((tmp_path / "out" / "ravdess.json").read_text()) == told
    assert "ravdess.html" in done.stderr
    assert (
        "Not measured for want of weights: lstm13"
        in (tmp_path / "out" / "ravdess.html").read_text()
    )


def test_without_json_tables_stay_off_the_terminal(ravdess):
    done = invoke("--suite", "ravdess", "--data", ravdess)
    assert done.exit_code == 0
    assert done.stdout.startswith("uar ")
    assert "confusion" not in done.stdout


@pytest.mark.parametrize(
    ("suite", "said"),
    [("scenes", "No corpus lies in"), ("clips", "labels.csv is missing"), ("ravdess", "--data")],
)
def test_a_root_without_recordings_is_one_sentence_and_no_report(tmp_path, suite, said):
    (tmp_path / "empty").mkdir()
    out = tmp_path / "out"
    done = invoke("--suite", suite, "--data", tmp_path / "empty", "--report", out)
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not out.exists()


def test_a_fold_that_has_no_distress_cannot_be_mixed_into_scenes(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    soundfile.write(folder / "talk.wav", np.zeros(16_000), 16_000)
    (folder / "labels.csv").write_text("file,label,speaker\ntalk.wav,speech,bob\n")
    done = invoke("--suite", "scenes", "--data", tmp_path)
    assert done.exit_code == 1
    assert "fold has no recording of" in done.stderr


@pytest.mark.parametrize("suite", ["floor", "endurance", "text", "asr"])
def test_a_suite_without_development_recordings_says_so(tmp_path, suite):
    words = ["evaluate", "--data", str(tmp_path), "--suite", suite, "--fold", "dev"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert f"{suite} has no development recordings" in done.output
