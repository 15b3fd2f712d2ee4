"""When a worker is replaced: one that grows, and one that lacks what has come; and what is said."""

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
def now():
    return [1_000.0]


@pytest.fixture
def keep(monkeypatch, told, now):
    """Makes keepers whose workers never run."""
    monkeypatch.setattr(keeper, "WorkerProcess", Process)

    def make(**settings):
        return Keeper(
            Language(**settings),
            lambda *_: None,
            lambda *said: told.append(said),
            lambda: now[0],
        )

    return make


@pytest.fixture
def kept(keep):
    """A keeper whose worker has loaded its models, as every later one has."""
    one = keep(memory_mb=500)
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


@pytest.mark.parametrize("parts", [("transcriber", "reasoner"), ("reasoner", "transcriber")])
def test_what_is_still_being_loaded_is_said(keep, told, parts):
    one = keep()
    one.start()
    one.take(Part(part=parts[0], state="ok"))
    assert told[-1] == ("starting", f"the {parts[1]} is still being loaded", "")
    assert not one.loaded
    one.take(Part(part=parts[1], state="ok"))
    assert told[-1] == ("ok", "", "")
    assert one.loaded


def test_a_reader_that_was_missing_is_loaded_once_its_file_is_there(keep, told, now, tmp_path):
    model = tmp_path / "llama.gguf"
    one = keep(llm=str(model))
    load(one, reasoner="degraded")
    now[0] += 60.0
    one.look_again()
    assert one.pid == 1, "it is not there"
    model.write_bytes(b"GGUF")
    one.look_again()
    assert one.pid == 1, "not yet"
    now[0] += 60.0
    one.look_again()
    assert one.pid is None
    assert one.start_in_s() == 0.0
    assert told[-1][:2] == (
        "starting",
        "a model file has come; the language worker starts afresh",
    )
    assert one.restarts == 0, "a replacement is no failure"


def test_a_file_that_is_no_better_than_the_last_costs_one_fresh_worker_only(
    keep, told, now, tmp_path
):
    model = tmp_path / "llama.gguf"
    one = keep(llm=str(model))
    load(one, reasoner="degraded")
    model.write_bytes(b"no GGUF")
    now[0] += 60.0
    one.look_again()
    load(one, reasoner="degraded")
    for _ in range(10):
        now[0] += 300.0
        one.look_again()
    assert one.pid == 1
    assert told[-1][0] == "degraded"


def test_a_worker_that_lacks_nothing_is_left_alone(keep, now, tmp_path):
    model = tmp_path / "llama.gguf"
    one = keep(llm=str(model))
    load(one)
    model.write_bytes(b"GGUF")
    now[0] += 1_000.0
    one.look_again()
    assert one.pid == 1


def test_what_takes_long_is_said_once_and_what_stood_before_stands_again(kept, told):
    for _ in range(3):
        kept.tell_slow(8, 284.0)
    state, reason, remedy = told[-1]
    assert state == "degraded"
    assert "unusually long over 8 utterances" in reason
    assert "no answer for 284 s" in reason
    assert remedy
    assert len([one for one in told if "unusually" in one[1]]) == 1
    kept.succeeded()
    assert told[-1] == ("ok", "", "")
    kept.weigh(600 * MB)
    kept.tell_slow(1, 88.0)
    kept.succeeded()
    assert "take 600 MB" in told[-1][1]
