"""``distressd data`` over a folder of one's own recordings."""

import csv
import json

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from daemon.cli import main
from models.features.constants import SAMPLE_RATE

RNG = np.random.default_rng(5)


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in ("call", "talk"):
        samples = RNG.standard_normal(SAMPLE_RATE) * 0.05
        soundfile.write(folder / f"{name}.wav", samples, SAMPLE_RATE)
    (folder / "labels.csv").write_text(
        "file,label,speaker\ncall.wav,call_for_help,ann\ntalk.wav,speech,bob\n"
    )
    return tmp_path


def invoke(*words):
    return CliRunner().invoke(main, ["data", *map(str, words)])


def test_recordings_that_are_fit_pass(root):
    done = invoke("check", "--data", root, "--json")
    assert done.exit_code == 0
    (mine,) = json.loads(done.stdout)["corpora"]
    assert (mine["clips"], mine["groups"], mine["fit"]) == (2, 2, True)
    assert mine["verdicts"] == {"distress": 1, "not_distress": 1}


def test_a_file_that_does_not_decode_fails_the_check_by_name(root):
    (root / "mine" / "talk.wav").write_bytes(b"no sound")
    (root / "mine" / "labels.csv").write_text("file,label,dur\ntalk.wav,speech,1\n")
    done = invoke("check", "--data", root)
    assert done.exit_code == 1
    assert "mine/talk.wav" in done.stdout
    assert "Unfit to train or measure with: mine" in done.stderr


def test_a_folder_that_is_no_corpus_is_named(root):
    (root / "CREMA-D").mkdir()
    done = invoke("check", "--data", root)
    assert done.exit_code == 0
    assert "CREMA-D is not read: no corpus has this name; called crema_d" in done.stdout
    told = json.loads(invoke("check", "--data", root, "--json").stdout)["not_read"]
    assert list(told) == ["CREMA-D"]
    assert "CREMA-D" not in invoke("check", "--data", root, "--corpus", "mine").stdout


def test_the_manifest_holds_every_recording_with_its_fold(root, tmp_path):
    out = tmp_path / "manifest.csv"
    assert invoke("manifest", "--data", root, "--out", out).exit_code == 0
    with out.open(newline="") as lines:
        rows = {row["file"]: row for row in csv.DictReader(lines)}
    assert rows["mine/call.wav"]["group"] == "mine:ann"
    assert rows["mine/call.wav"]["verdict"] == "distress"
    assert rows["mine/talk.wav"]["fold"] in {"train", "dev", "test"}


def test_a_manifest_that_was_edited_is_checked_for_groups_on_two_sides(root, tmp_path):
    out = tmp_path / "manifest.csv"
    table = root / "mine" / "labels.csv"
    table.write_text("file,label,speaker\ncall.wav,call_for_help,ann\ntalk.wav,speech,ann\n")
    assert invoke("manifest", "--data", root, "--out", out).exit_code == 0
    done = invoke("check", "--data", root, "--manifest", out, "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["corpora"][0]["clips"] == 2
    head, first, second = out.read_text().splitlines()
    for fold in ("train", "dev", "test"):
        first = first.replace(f",{fold},", ",train,")
        second = second.replace(f",{fold},", ",test,")
    out.write_text(f"{head}\n{first}\n{second}\n")
    done = invoke("check", "--data", root, "--manifest", out)
    assert done.exit_code == 1
    assert "mine:ann is in train (mine/call.wav) and in test (mine/talk.wav)" in done.stderr
    assert invoke("check", "--data", root, "--manifest", out, "--corpus", "mine").exit_code == 2


def test_a_group_that_ones_own_table_puts_into_two_folds_is_refused(root):
    (root / "mine" / "labels.csv").write_text(
        "file,label,speaker,fold\ncall.wav,call_for_help,ann,train\ntalk.wav,speech,ann,test\n"
    )
    for command in ("check", "manifest"):
        done = invoke(command, "--data", root)
        assert done.exit_code == 1
        assert "mine:ann is in train (mine/call.wav) and in test (mine/talk.wav)" in done.stderr
        assert "into one fold" in done.stderr


def test_a_root_without_corpora_says_what_a_corpus_is(tmp_path):
    done = invoke("check", "--data", tmp_path)
    assert done.exit_code == 1
    assert "labels.csv" in done.stderr
