"""A short run over every target; ``make fuzz`` is the long one."""

import importlib.util
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def beside(name: str):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


beside("model_files")
mutation, targets = beside("mutation"), beside("targets")


@pytest.mark.parametrize("name", list(targets.TARGETS))
def test_right_inputs_are_taken(name):
    seeds = targets.seeds(name)
    for seed in seeds if name == "request" else seeds[:1]:
        assert targets.TARGETS[name](seed)


@pytest.mark.parametrize("name", list(targets.TARGETS))
def test_rubbish_is_refused_in_a_sentence(name):
    @settings(max_examples=100)
    @given(st.binary(max_size=2_000))
    def feed(data):
        targets.TARGETS[name](data)

    feed()


@pytest.mark.parametrize("name", list(targets.TARGETS))
def test_right_inputs_made_wrong_are_refused_in_a_sentence(name):
    chance, right = random.Random(11), targets.seeds(name)
    for _ in range(300):
        targets.TARGETS[name](mutation.mutate(chance, chance.choice(right), chance.choice(right)))


def test_the_long_run_counts_and_reports(tmp_path):
    run = Path(__file__).with_name("run.py")
    done = subprocess.run(
        [sys.executable, run, "--target", "hello", "--inputs", "2000", "--kept", tmp_path / "k"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["inputs"], figures["crashes"], figures["hangs"]) == (2000, 0, 0)
    assert 0 < figures["targets"]["hello"]["taken"] < 2000
    assert not (tmp_path / "k").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "counted", "hang_s"),
    [
        ("import os; os.abort()", "crashes", 300.0),
        ("raise KeyError('x')", "crashes", 300.0),
        ("while True: pass", "hangs", 2.0),
    ],
)
def test_the_long_run_notices_what_it_looks_for(tmp_path, fault, counted, hang_s):
    folder = Path(__file__).parent
    (tmp_path / "mutation.py").write_text((folder / "mutation.py").read_text())
    (tmp_path / "run.py").write_text(
        (folder / "run.py").read_text().replace("HANG_S = 20.0", f"HANG_S = {hang_s}")
    )
    (tmp_path / "targets.py").write_text(
        f"def bad(data):\n    if data[:1] == b'!':\n        {fault}\n    return False\n"
        "TARGETS = {'bad': bad}\n"
        "def seeds(name):\n    return [b'!']\n"
    )
    done = subprocess.run(
        [sys.executable, tmp_path / "run.py", "--inputs", "3", "--kept", tmp_path / "kept"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)[counted] >= 1
    assert list((tmp_path / "kept").iterdir())


def test_what_the_long_run_found_is_refused():
    assert not targets.config(b"a = " + b"[" * 5_000)
    shipped = targets.weights.load()
    path = targets._folder() / "endless.safetensors"
    gate = shipped.metadata["gate"] | {"floor_s": float("inf")}
    targets.weights.save(path, shipped.tensors, shipped.metadata | {"gate": gate})
    assert not targets.model(path.read_bytes())
