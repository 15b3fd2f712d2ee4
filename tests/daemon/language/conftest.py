"""Utterances, short to make; and a lane with real workers and real models."""

import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from daemon.config.schema import Language
from daemon.health import Health
from daemon.language.lane import LanguageLane
from daemon.language.utterance import Utterance

ROOT = Path(__file__).parents[3]
RATE = 16_000
PATIENCE_S = 180.0


@pytest.fixture
def utterance():
    def make(name="u", start_s=0.0, seconds=1.0, score=0.0, pcm=None, explained=False):
        pcm = np.zeros(int(seconds * RATE), np.int16) if pcm is None else pcm
        start = int(start_s * RATE)
        return Utterance(name, start, start + len(pcm), pcm, score, explained, cut_ns=1)

    return make


@pytest.fixture
def until():
    """Waits for what nothing tells of."""

    def wait(condition):
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    return wait


class Running:
    """A lane, what it said of itself, and what became of utterances."""

    def __init__(self, config, *, lossless=False):
        self.health = Health()
        self.changed = threading.Condition()
        self.states = []
        self.times = []
        self.words = []
        self.health.listen(self._state)
        self.lane = LanguageLane(config, self.health, lossless=lossless)
        self.lane.start()

    def _state(self, part, health):
        if part != "language":
            return
        with self.changed:
            self.times.append(time.monotonic())
            self.states.append((health.state, health.reason, health.remedy))
            self.changed.notify_all()

    def told(self, words):
        with self.changed:
            self.words.append(words)
            self.changed.notify_all()

    def until(self, condition):
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE_S), (self.states, self.lane.figures())

    def until_state(self, state):
        self.until(lambda: self.states and self.states[-1][0] == state)

    def say(self, name, seconds=2.0, score=0.0, start_s=0.0):
        rng = np.random.default_rng(len(name))
        pcm = (rng.standard_normal(int(seconds * RATE)) * 300).astype(np.int16)
        start = int(start_s * RATE)
        self.lane.submit(
            Utterance(
                name,
                start,
                start + len(pcm),
                pcm,
                score,
                explained=False,
                cut_ns=time.monotonic_ns(),
            ),
            self.told,
        )


@pytest.fixture
def run():
    running = []

    def start(*, lossless=False, **settings):
        # Without the language model a worker is there in a second or two.
        config = Language(**({"llm": ""} | settings))
        running.append(Running(config, lossless=lossless))
        return running[-1]

    yield start
    for one in running:
        one.lane.stop()


@pytest.fixture
def built_in(tmp_path, monkeypatch):
    """Has every worker begin with some lines of its own, which its interpreter finds."""

    def build(lines):
        folder = tmp_path / "built_in"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(lines)
        path = (str(folder), str(ROOT), os.environ.get("PYTHONPATH", ""))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))

    return build
