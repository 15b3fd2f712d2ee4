"""``distressd train`` says what it leaves out before it begins."""

from click.testing import CliRunner

from daemon.cli import main


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
