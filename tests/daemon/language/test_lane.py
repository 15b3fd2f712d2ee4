"""The lane with real workers and real models: what becomes of them is told, and nothing is lost."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from daemon.errors import PartDied
from daemon.language.utterance import Utterance
from models.catalogue import SMOLLM2
from models.networks.voice import WINDOW

RATE = 16_000
pytestmark = pytest.mark.usefixtures("words_models")


def test_utterances_are_answered_once_each(run):
    lane = run()
    for number in range(12):
        lane.say(f"u{number}", 0.5 + number / 10)
    lane.until(lambda: len(lane.words) == 12)
    assert {words.utterance.id for words in lane.words} == {f"u{n}" for n in range(12)}
    assert all(not words.lost for words in lane.words)
    assert lane.states[0][0] == "starting"
    assert lane.states[-1] == ("ok", "", "")
    assert lane.lane.figures()["transcribed"] == 12
    niceness = psutil.Process(lane.lane.pid).nice()
    assert niceness >= 10


def test_a_worker_is_the_second_ear_and_its_successor_too(run, until):
    one, opinions = run(), []

    def answered(sample):
        # What is asked before the network is loaded is not answered: it is asked again.
        one.lane.ask(np.zeros(WINDOW, np.int16), sample, opinions.append)
        return any(opinion.sample == sample for opinion in opinions)

    until(lambda: answered(1))
    first = one.lane.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: one.lane.pid not in {None, first})
    until(lambda: answered(2))
    assert len({opinion.evidence for opinion in opinions}) == 1  # of the same silence
    assert one.health.part("second_ear").state == "ok"
    assert one.lane.figures()["opined"] <= one.lane.figures()["asked"]


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_worker_killed_or_hung_mid_batch_is_replaced_and_its_work_done_once(run, until, row, how):
    timeout_s = 60 if how == signal.SIGKILL else 8
    lane = run(timeout_s=timeout_s)
    lane.until_state("ok")
    first = lane.lane.pid
    os.kill(first, signal.SIGSTOP)  # so that it is in the middle of the batch, for certain
    for number in range(3):
        lane.say(f"u{number}", 1.0)
    until(lambda: lane.lane.figures()["working"] == 3)
    began = time.monotonic()
    if how == signal.SIGKILL:
        os.kill(first, signal.SIGKILL)
    lane.until(lambda: any("lost" in reason for _, reason, _ in lane.states))
    noticed_s = time.monotonic() - began
    lane.until(lambda: len(lane.words) == 3)
    recovered_s = time.monotonic() - began - noticed_s
    assert sorted(words.utterance.id for words in lane.words) == ["u0", "u1", "u2"]
    assert all(not words.lost for words in lane.words)
    figures = lane.lane.figures()
    assert figures["restarts"] >= 1
    assert figures["retried"] >= 1
    assert lane.lane.pid != first
    assert not psutil.pid_exists(first)
    what = "killed" if how == signal.SIGKILL else f"hung (allowed {timeout_s} s)"
    row(f"language worker {what}, in the middle of three utterances", noticed_s, recovered_s)


@pytest.fixture
def held(run, until):
    """A lane, as configured, whose worker is loaded and does nothing."""

    def hold(**settings):
        lane = run(**settings)
        lane.until_state("ok")
        os.kill(lane.lane.pid, signal.SIGSTOP)
        return lane

    return hold


def figure(lane, name):
    return lane.lane.figures()[name]


def test_a_full_batch_goes_at_once_and_no_more_than_that(held, until):
    lane = held(batch=2, batch_wait_ms=60_000)
    lane.say("a")
    until(lambda: figure(lane, "waiting") == 1)
    began = time.monotonic()
    for name in ("b", "c"):
        lane.say(name)
    until(lambda: figure(lane, "working"))
    assert time.monotonic() - began < 30.0
    assert (figure(lane, "working"), figure(lane, "waiting")) == (2, 1)


def test_an_utterance_waits_for_others_as_long_as_configured(held, until):
    lane = held(batch=8, batch_wait_ms=1_500)
    began = time.monotonic()
    lane.say("a")
    lane.say("b")
    until(lambda: figure(lane, "working"))
    assert time.monotonic() - began >= 1.5
    assert (figure(lane, "working"), figure(lane, "waiting")) == (2, 0)


def held_up_behind(held, until):
    """A full lane that may lose nothing, and a thread that has an utterance for it."""
    lane = held(queue=1, batch=1, lossless=True)
    lane.say("working")
    until(lambda: figure(lane, "working") == 1)
    lane.say("waiting")
    held_up = threading.Thread(target=lane.say, args=("held up",))
    held_up.start()
    return lane, held_up


def test_a_full_queue_holds_up_whoever_may_lose_nothing(held, until):
    lane, held_up = held_up_behind(held, until)
    held_up.join(0.5)
    assert held_up.is_alive()
    assert figure(lane, "submitted") == 2
    os.kill(lane.lane.pid, signal.SIGCONT)
    lane.until(lambda: len(lane.words) == 3)
    held_up.join()
    assert [words.lost for words in lane.words] == [""] * 3
    assert figure(lane, "dropped") == 0


def test_whoever_waits_for_room_is_let_go_when_the_lane_stops(held, until):
    lane, held_up = held_up_behind(held, until)
    held_up.join(0.2)
    lane.lane.stop()
    held_up.join()
    assert sorted(words.lost for words in lane.words) == ["dropped", "stopped", "stopped"]


def test_what_is_loaded_and_what_is_not_is_said(run):
    lane = run()
    lane.until_state("ok")
    said = [reason for _, reason, _ in lane.states]
    assert any("still being loaded" in reason for reason in said)


def test_a_batch_that_takes_unusually_long_is_said_before_it_is_given_up(held):
    lane = held(timeout_s=10)
    lane.say("u", 1.0)
    lane.until_state("degraded")
    assert "unusually long over an utterance" in lane.states[-1][1]
    os.kill(lane.lane.pid, signal.SIGCONT)
    lane.until(lambda: lane.words and lane.states[-1] == ("ok", "", ""))
    assert not lane.words[0].lost
    assert lane.lane.figures()["restarts"] == 0


def test_a_worker_lost_while_the_queue_is_full_costs_nobody_anything(held, until):
    lane = held(queue=4, batch=4, batch_wait_ms=0)
    first = lane.lane.pid
    lane.say("held")
    until(lambda: lane.lane.figures()["working"] == 1)
    for number in range(4):
        lane.say(f"w{number}")
    os.kill(first, signal.SIGKILL)
    lane.until(lambda: len(lane.words) == 5)
    assert [words.lost for words in lane.words] == [""] * 5
    figures = lane.lane.figures()
    assert [figures[name] for name in ("answered", "failed", "dropped", "retried")] == [5, 0, 0, 1]


def test_what_kills_every_worker_is_given_up_after_two_attempts(run, until):
    lane = run(timeout_s=60)
    lane.until_state("ok")
    stopping = threading.Event()

    def kill_always():
        while not stopping.is_set():
            pid = lane.lane.pid
            if pid is not None and lane.lane.figures()["working"]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            stopping.wait(0.02)

    os.kill(lane.lane.pid, signal.SIGSTOP)
    killer = threading.Thread(target=kill_always)
    lane.say("poison")
    until(lambda: lane.lane.figures()["working"] == 1)
    killer.start()
    try:
        lane.until(lambda: len(lane.words) == 1)
    finally:
        stopping.set()
        killer.join()
    assert lane.words[0].lost == "failed"
    figures = lane.lane.figures()
    assert (figures["failed"], figures["dropped"], figures["retried"]) == (1, 0, 1)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"whisper": "no-such-model"}, "neither registered nor a folder"),
        ({"whisper": "{folder}"}, "lacks"),
    ],
)
def test_a_missing_model_is_told_and_utterances_are_not_kept_waiting(run, tmp_path, settings, told):
    whisper = settings["whisper"].format(folder=tmp_path)
    lane = run(whisper=whisper, lossless=True)
    lane.until_state("unavailable")
    assert told in lane.states[-1][1]
    assert lane.states[-1][2]
    lane.say("u")
    lane.until(lambda: len(lane.words) == 1)
    assert lane.words[0].lost == "dropped"


def test_a_broken_language_model_costs_its_vote_only(run, tmp_path: Path):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(1000))
    lane = run(llm=str(broken))
    lane.until_state("degraded")
    assert "cannot be loaded" in lane.states[-1][1]
    lane.say("u")
    lane.until(lambda: len(lane.words) == 1)
    assert not lane.words[0].lost


def test_a_lane_that_dies_says_so_keeps_nobody_waiting_and_is_started_again(run, until, tmp_path):
    lane = run(whisper=str(tmp_path), queue=1, lossless=True)

    def fail(_words):
        raise RuntimeError("a bug in whoever is told")

    pcm = np.zeros(RATE, np.int16)
    bad = Utterance("bad", 0, RATE, pcm, 0.0, explained=False, cut_ns=time.monotonic_ns())
    lane.lane.submit(bad, fail)
    until(lambda: not lane.lane.alive)
    with pytest.raises(PartDied, match="language lane has died"):
        lane.lane.check()
    assert "has died" in lane.states[-1][1]
    for name in ("a", "b"):
        lane.say(name)  # comes back at once, although the lane waits for room
    assert [words.lost for words in lane.words] == ["dropped"] * 2
    lane.lane.start()
    lane.lane.check()
    assert lane.lane.alive


def test_figures_are_those_of_now(run, until):
    lane = run()
    lane.say("u")
    lane.until(lambda: len(lane.words) == 1)
    until(lambda: lane.health.part("language").figures["transcribed"] == 1)
    assert lane.states[-1][0] == "ok"


def test_a_limit_that_the_models_exceed_is_said_and_reloads_nothing(run):
    lane = run(memory_mb=200)
    lane.until_state("ok")
    first = lane.lane.pid
    for number in range(3):
        lane.say(f"u{number}")
        lane.until(lambda said=number + 1: len(lane.words) == said)
    lane.until_state("degraded")
    assert lane.lane.pid == first
    _, reason, remedy = lane.states[-1]
    assert "more than [language] memory_mb = 200 allows" in reason
    assert "Set memory_mb = " in remedy
    assert [words.lost for words in lane.words] == [""] * 3


PARENT = """
import sys, time
import numpy as np
from daemon.config.schema import Language
from daemon.health import Health
from daemon.language.lane import LanguageLane
from daemon.language.utterance import Utterance
from models.networks.voice import WINDOW

health = Health()
lane = LanguageLane(Language(llm=sys.argv[1]), health)
lane.start()
while health.part("language").state != "ok":
    time.sleep(0.02)
pcm = (np.random.default_rng(1).standard_normal(28 * 16_000) * 3000).astype(np.int16)
for n in range(24):
    lane.submit(Utterance(str(n), 0, len(pcm), pcm, 0.0, True, 1), lambda words: None)
while lane.waiting < 24:
    time.sleep(0.01)
time.sleep(0.3)
print(lane.pid, flush=True)
time.sleep(600)
"""


LONG_THOUGHT = """
from pathlib import Path

from models.language.feeling import Feeling
from models.language.transcript import Transcript
from models.transcriber import Transcriber

def think(self, text):
    self._llama.reset()
    Path(BEGUN).touch()
    self._llama.eval([1] * 1000)
    Path(ENDED).touch()

def say(self, sounds, **named):
    yield [(i, Transcript("help me", "")) for i in range(len(sounds))]

Transcriber.settled = say
Feeling.__call__ = think
"""
GONE_S = 2.0


@contextlib.contextmanager
def parent_of_a_busy_worker(llm):
    """The parent, and the worker, which has more than it can do."""
    command = [sys.executable, "-c", PARENT, llm]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        try:
            yield parent, psutil.Process(int(parent.stdout.readline()))
        finally:
            parent.kill()


def gone_s(parent, worker, until):
    """Seconds from the parent's death to its worker's."""
    assert not over(worker)
    parent.kill()
    parent.wait()
    began = time.monotonic()
    until(lambda: over(worker))
    return time.monotonic() - began


@pytest.mark.slow
def test_no_worker_outlives_its_parent_even_in_the_middle_of_a_batch(until, row):
    with parent_of_a_busy_worker("") as (parent, worker):
        passed_s = gone_s(parent, worker, until)
    row("daemon killed in the middle of a batch: its worker", None, passed_s)
    assert passed_s < GONE_S


@pytest.mark.slow
@pytest.mark.usefixtures("language_models")
def test_no_worker_outlives_its_parent_even_while_its_language_model_thinks(
    until, built_in, tmp_path
):
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    built_in(LONG_THOUGHT.replace("BEGUN", repr(str(begun))).replace("ENDED", repr(str(ended))))
    with parent_of_a_busy_worker(SMOLLM2) as (parent, worker):
        until(begun.exists)
        passed_s = gone_s(parent, worker, until)
    assert passed_s < GONE_S
    assert not ended.exists(), "it was in the middle of it"


def over(process):
    """Whether it is gone, or waits for whoever inherited it to take notice."""
    try:
        return process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return True
