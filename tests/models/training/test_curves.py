"""Curves: the figures as they were, and a picture in which each has its line."""

import json

from models.training.curves import write_curves

POINTS = [{"epoch": 1.0, "loss": 2.0}, {"epoch": 2.0, "loss": 1.0, "uar": 0.5}]


def test_one_training_is_told_and_drawn(tmp_path):
    write_curves(tmp_path / "net.safetensors", "epoch", {"training": POINTS})
    told = json.loads((tmp_path / "net.curves.json").read_text())
    assert told == {"unit": "epoch", "trainings": {"training": POINTS}}
    picture = (tmp_path / "net.curves.svg").read_text()
    assert picture.startswith("<svg")
    assert 'xmlns="http://www.w3.org/2000/svg"' in picture
    for word in (">loss<", ">uar<", ">epoch<"):
        assert word in picture


def test_several_trainings_are_told_apart(tmp_path):
    write_curves(tmp_path / "folds", "epoch", {"fold 0": POINTS, "fold 1": POINTS[:1]})
    picture = (tmp_path / "folds.curves.svg").read_text()
    for line in ("fold 0, loss", "fold 1, loss", "fold 0, uar"):
        assert f">{line}<" in picture
    assert ">fold 1, uar<" not in picture


def test_the_same_figures_give_the_same_picture(tmp_path):
    pictures = set()
    for name in ("one", "other"):
        write_curves(tmp_path / name, "step", {"training": []})
        pictures.add((tmp_path / f"{name}.curves.svg").read_bytes())
    assert len(pictures) == 1
