"""The student: the shipped weights load, hear a stream as a whole, and are refused if altered."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelError
from models.evaluation.floor import room
from models.features.constants import HOP, SAMPLE_RATE
from models.sounds.groups import AROUND, GROUPS, HEARD
from models.sounds.network import HEARD_HOPS, WINDOW
from models.sounds.student import SHIPPED, Student, load, save


@pytest.fixture
def student() -> Student:
    return Student(load())


def noise(seed: int) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal(WINDOW)).astype(np.float32)


def test_it_knows_every_class_of_every_group(student):
    assert student.class_names == HEARD
    assert {name for group in GROUPS.values() for name in group} <= set(HEARD)


def test_probabilities_are_probabilities(student):
    for window in (noise(1), np.zeros(WINDOW, np.float32), np.ones(WINDOW, np.float32)):
        student.hear(window, HEARD_HOPS)
        assert 0.0 <= student.distress <= 1.0
        assert 0.0 <= student.infant <= 1.0
        assert student.posterior.sum() == pytest.approx(1.0, abs=1e-5)
        assert 0.0 <= student.grouped.min() <= student.grouped.max() <= 1.0
        scores = [score for _, score in student.top(5)]
        assert scores == sorted(scores, reverse=True)


def test_what_is_around_is_heard_whatever_is_louder(student):
    student.hear(noise(1), HEARD_HOPS)
    named = dict(student.top(len(HEARD)))
    assert student.around.tolist() == pytest.approx(
        [max(named[name] for name in names) for names in AROUND.values()]
    )
    assert student.grouped.tolist() == pytest.approx(
        [max(named[name] for name in names) for names in GROUPS.values()]
    )


def test_windows_that_overlap_are_heard_as_one_whole_window(student):
    stream = np.concatenate([noise(1), noise(2), noise(3)])
    for end in range(WINDOW, len(stream), 1600):
        student.hear(stream[end - WINDOW : end], HEARD_HOPS if end == WINDOW else 10)
    in_pieces = student.log_odds.copy()
    last = range(WINDOW, len(stream), 1600)[-1]
    student.forget()
    student.hear(stream[last - WINDOW : last], HEARD_HOPS)
    np.testing.assert_allclose(in_pieces, student.log_odds, atol=1e-3)


def test_silence_after_a_sound_that_was_forgotten_is_silence(student):
    silence = np.zeros(WINDOW, np.float32)
    student.hear(silence, HEARD_HOPS)
    before = student.log_odds.copy()
    student.hear(noise(1), HEARD_HOPS)
    assert not np.allclose(before, student.log_odds)
    student.forget()
    assert student.distress == student.infant == 0.0
    student.hear(silence, 10)
    np.testing.assert_allclose(student.log_odds, before, atol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_where_a_quiet_room_begins_to_be_heard_no_shot_falls(student, seed):
    student.forget()
    heard = room(np.random.default_rng(seed), 2 * WINDOW)
    stream = np.concatenate([np.zeros(WINDOW, np.float32), heard])
    for end in range(WINDOW + 10 * HOP, len(stream), 10 * HOP):
        student.hear(stream[end - WINDOW : end], 10)
        loudest = dict(student.top(3))
        assert max(loudest.get("Gunshot, gunfire", 0.0), loudest.get("Explosion", 0.0)) < 0.1
        assert student.distress < 0.1


def test_a_tone_is_no_distress(student):
    tone = 0.3 * np.sin(2 * np.pi * 440.0 * np.arange(WINDOW) / SAMPLE_RATE)
    student.hear(tone.astype(np.float32), HEARD_HOPS)
    assert student.distress < 0.5


@pytest.mark.parametrize("part", [".tflite", ".json", ".sha256"])
def test_what_was_altered_or_is_missing_is_refused_with_a_remedy(tmp_path, part):
    for suffix in (".tflite", ".json", ".sha256"):
        shutil.copy(SHIPPED.with_suffix(suffix), tmp_path / f"student{suffix}")
    path, changed = tmp_path / "student.tflite", tmp_path / f"student{part}"
    content = bytearray(changed.read_bytes())
    content[3] ^= 1
    changed.write_bytes(content)
    with pytest.raises(ModelError, match=r"match|read") as altered:
        load(path)
    assert "reinstall" in str(altered.value.remedy).lower()
    changed.unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        load(path)


def test_a_file_of_another_network_is_refused(tmp_path):
    found = load()
    path = tmp_path / "other.tflite"
    save(path, found.content, {**found.metadata, "classes": list(HEARD[:-1])})
    with pytest.raises(ModelError, match="another version"):
        Student(load(path))
    save(path, b"TFL3 and then nothing", dict(found.metadata))
    with pytest.raises(ModelError, match="cannot be loaded"):
        Student(load(path))


@pytest.mark.parametrize("times", range(3))
def test_a_kill_while_saving_leaves_the_old_student_or_one_that_is_refused(
    tmp_path, monkeypatch, times
):
    shipped = load()
    path = tmp_path / "own.tflite"
    save(path, shipped.content, shipped.metadata)
    replace, calls = Path.replace, []

    class KilledError(Exception):
        """Stands for a kill."""

    def killed(self, target):
        calls.append(target)
        if len(calls) > times:
            raise KilledError
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KilledError):
        save(path, shipped.content + b"more", shipped.metadata | {"training": {}})
    monkeypatch.undo()
    if times:
        with pytest.raises(ModelError, match="do not match"):
            load(path)
    else:
        assert load(path).sha256 == shipped.sha256
