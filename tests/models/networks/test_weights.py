"""Weights come back as they went in, or not at all."""

import hashlib
import json
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from models.errors import ModelError
from models.networks import weights

METADATA = {"gate": {"hangover": 50}, "training": {"note": "naïve, 7 %"}, "list": [1.5, None]}


@pytest.fixture
def tensors() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "mean": rng.standard_normal(13).astype(np.float32),
        "head.weight": rng.standard_normal((8, 128)).astype(np.float32),
    }


@pytest.fixture
def path(tmp_path: Path, tensors) -> Path:
    target = tmp_path / "deep" / "net.safetensors"
    weights.save(target, tensors, METADATA)
    return target


def pin(path: Path) -> None:
    """Pin what lies there now, as somebody who replaces the file would."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n")


def test_tensors_metadata_and_hash_come_back(path, tensors):
    found = weights.load(path)
    assert found.metadata == METADATA
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.tensors.keys() == tensors.keys()
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(found.tensors[name], tensor)
        assert found.tensors[name].dtype == np.float32


def test_saving_the_same_again_gives_the_same_file(path, tensors, tmp_path):
    other = weights.save(tmp_path / "again.safetensors", tensors, METADATA)
    assert other == weights.load(path).sha256


class KilledError(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("step", ["write_bytes", "replace"])
@pytest.mark.parametrize("times", [0, 1])
def test_a_kill_while_saving_leaves_the_old_weights_or_some_that_are_refused(
    path, tensors, monkeypatch, step, times
):
    before = weights.load(path)
    done = getattr(Path, step)
    calls = []

    def killed(self, *given):
        calls.append(self)
        if len(calls) > times:
            if step == "write_bytes":
                done(self, given[0][:7])
            raise KilledError
        return done(self, *given)

    others = {name: tensor + 1 for name, tensor in tensors.items()}
    monkeypatch.setattr(Path, step, killed)
    with pytest.raises(KilledError):
        weights.save(path, others, METADATA)
    monkeypatch.undo()
    if times:
        with pytest.raises(ModelError, match="do not match"):
            weights.load(path)
    else:
        assert weights.load(path).sha256 == before.sha256
    assert not list(path.parent.glob("*unfinished*"))


def test_other_users_may_read_the_file(path):
    umask = os.umask(0)
    os.umask(umask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_altered_byte_is_refused(path, data):
    content = path.read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    flip = data.draw(st.integers(1, 255))
    altered = path.with_name("altered.safetensors")
    altered.write_bytes(content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :])
    shutil.copy(path.with_suffix(".sha256"), altered.with_suffix(".sha256"))
    with pytest.raises(ModelError, match="do not match their pinned hash"):
        weights.load(altered)


def test_a_truncated_file_is_refused_even_when_pinned(path):
    path.write_bytes(path.read_bytes()[:-100])
    pin(path)
    with pytest.raises(ModelError, match="not a safetensors file"):
        weights.load(path)


def test_a_missing_file_is_named_with_its_remedy(tmp_path):
    with pytest.raises(ModelError, match=r"nowhere\.safetensors are missing") as raised:
        weights.load(tmp_path / "nowhere.safetensors")
    assert "[acoustic] weights" in raised.value.remedy


def test_a_folder_is_not_weights(tmp_path):
    with pytest.raises(ModelError, match="are missing"):
        weights.load(tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00", b"0" * 64])
def test_without_the_right_pin_nothing_loads(path, content):
    path.with_suffix(".sha256").unlink()
    if content is not None:
        path.with_suffix(".sha256").write_bytes(content)
    with pytest.raises(ModelError, match="hash"):
        weights.load(path)


@pytest.mark.parametrize(
    "header",
    [
        None,
        {"format": "pt"},
        {"format": "distressd-emotion-lstm/2", "distressd": "{}"},
        {"format": weights.FORMAT},
        {"format": weights.FORMAT, "distressd": "{not json"},
    ],
)
def test_another_format_is_refused(path, tensors, header):
    save_file(tensors, path, metadata=header)
    pin(path)
    with pytest.raises(ModelError, match="this version"):
        weights.load(path)


class Trap:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return (Path.touch, (self.marker,))


def test_nothing_is_unpickled(tmp_path):
    marker = tmp_path / "ran"
    path = tmp_path / "pickled.safetensors"
    path.write_bytes(pickle.dumps(Trap(marker)))
    pin(path)
    with pytest.raises(ModelError, match="not a safetensors file"):
        weights.load(path)
    assert not marker.exists()


def test_shipped_weights_hold_all_that_an_ear_needs():
    if not weights.SHIPPED.is_file():
        pytest.skip("no trained weights are in the tree")
    found = weights.load()
    assert {"gate", "gain", "training"} <= found.metadata.keys()
    assert json.dumps(found.metadata)
    assert all(np.isfinite(tensor).all() for tensor in found.tensors.values())
    assert found.tensors["head.bias"].shape == (8,)
