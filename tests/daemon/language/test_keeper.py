"""How large a worker may grow before it is replaced."""

import logging

import pytest

from daemon.config.schema import Language
from daemon.language import keeper
from daemon.language.keeper import Keeper
from daemon.language.messages import Part

MB = 10**6


class Process:
    """A worker that never runs."""

    pid = 1

    def __init__(self, *_):
        self.killed = False

    def send(self, *_):
        return True

    def kill(self):
        self.killed = True


@pytest.fixture
def told():
    return []


@pytest.fixture
def kept(monkeypatch, told):
    """A keeper whose worker has loaded its models, as every later one has."""
    monkeypatch.setattr(keeper, "WorkerProcess", Process)
    one = Keeper(Language(memory_mb=500), lambda *_: None, lambda *said: told.append(said))
    load(one)
    return one


def load(one, reasoner="ok"):
    one.start()
    one.take(Part(part="transcriber", state="ok"))
    one.take(Part(part="reasoner", state=reasoner, reason="a file is missing"))


def test_a_worker_that_grows_past_the_limit_is_replaced_at_once(kept, told):
    kept.weigh(300 * MB)
    kept.weigh(499 * MB)
    assert kept.pid == 1
    kept.weigh(501 * MB)
    assert kept.pid is None
    assert kept.start_in_s() == 0.0
    assert told[-1][0] == "starting"


def test_a_limit_that_is_too_small_for_the_models_is_said_and_replaces_none_that_does_not_grow(
    kept, told, caplog
):
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            kept.weigh(600 * MB)
            assert kept.pid == 1
            state, reason, remedy = told[-1]
            assert state == "degraded"
            assert "take 600 MB, more than [language] memory_mb = 500 allows" in reason
            assert "memory_mb = 900" in remedy
            kept.weigh(899 * MB)
            assert kept.pid == 1
            kept.weigh(901 * MB)
            assert kept.pid is None, "it leaks all the same"
            load(kept)
    assert caplog.text.count("memory_mb = 900") == 1


def test_a_limit_that_the_models_just_reach_replaces_none_after_every_other_batch(kept, told):
    kept.weigh(490 * MB)
    assert told[-1][0] == "ok"
    kept.weigh(510 * MB)
    kept.weigh(500 * MB)
    kept.weigh(520 * MB)
    assert kept.pid == 1
    state, reason, _ = told[-1]
    assert state == "degraded"
    assert "take 510 MB, more than [language] memory_mb = 500 allows" in reason
    kept.weigh(766 * MB)
    assert kept.pid is None, "it leaks all the same"


def test_a_missing_reader_is_told_rather_than_a_limit_that_is_too_small(kept, told):
    kept.end()
    load(kept, reasoner="degraded")
    kept.weigh(600 * MB)
    assert "a file is missing" in told[-1][1]
