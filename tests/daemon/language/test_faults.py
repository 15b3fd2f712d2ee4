"""Rows of the fault table in docs/reliability.md: a worker that leaks, and model files that lie.

Real workers, real models; what the libraries cannot be made to do is built into the worker.
"""

import shutil
import sys
import time

import numpy as np
import pytest

from models.catalogue import SMOLLM2
from models.registry import find
from models.training.adapter import write_adapter
from models.transcriber import NEEDED, model_folder

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("language_models")]

LEAK = """
from models.transcriber import Transcriber

kept, call = [], Transcriber.settled

def leak(self, *words, **named):
    kept.append(b"x" * 400_000_000)
    return call(self, *words, **named)

Transcriber.settled = leak
"""
WANTING = """
from pathlib import Path

import numpy as np

from models.transcriber import Transcriber

call = Transcriber.settled

def want(self, *words, **named):
    fed = Path(FED)
    if not fed.exists():
        fed.touch()
        MUCH
    return call(self, *words, **named)

Transcriber.settled = want
"""
REFUSED = "np.empty(1 << 55)"  # more than any machine has
# What is wanting then is as often a buffer of a library's own, which ends the process as it likes.
STARVED = """import resource
        resource.setrlimit(resource.RLIMIT_AS, (2**20, resource.RLIM_INFINITY))"""
CYRILLIC = """
from dataclasses import replace
from models.transcriber import Transcriber

call = Transcriber.settled

def write(self, *words, **named):
    for some in call(self, *words, **named):
        yield [(i, replace(one, text="помогите мне", doubt="")) for i, one in some]

Transcriber.settled = write
"""
ABORT = """
import os
from models.language import feeling

feeling.check_gguf = lambda path: os.abort()
"""


def test_a_worker_that_leaks_is_replaced_again_and_again_and_loses_no_words(run, built_in, row):
    built_in(LEAK)
    lane = run(memory_mb=900)  # two utterances' worth
    pids = set()
    for number in range(5):
        lane.until_state("ok")
        pids.add(lane.lane.pid)
        lane.say(f"u{number}")
        lane.until(lambda said=number + 1: len(lane.words) == said)
    lane.until_state("ok")
    recovered, grown_s = [], None
    for at_s, (state, reason, _) in zip(lane.times, lane.states, strict=False):
        if "too large" in reason:
            grown_s = at_s
        elif state == "ok" and grown_s is not None:
            recovered.append(at_s - grown_s)
            grown_s = None
    assert len(recovered) >= 2
    assert len(pids) >= 2
    assert [words.lost for words in lane.words] == [""] * 5
    assert lane.lane.figures()["restarts"] == 0, "a replacement is no failure"
    row("language worker leaks", 0.0, max(recovered))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds processes to this limit")
@pytest.mark.parametrize(
    ("much", "why"),
    [(REFUSED, "it ran out of memory"), (STARVED, "lost")],
    ids=["refused", "starved"],
)
def test_a_worker_that_runs_out_of_memory_is_replaced_and_loses_no_words(
    run, built_in, tmp_path, row, much, why
):
    fed = repr(str(tmp_path / "fed"))
    built_in(WANTING.replace("FED", fed).replace("MUCH", much))
    lane = run()
    lane.until_state("ok")
    starved = lane.lane.pid
    began = time.monotonic()
    lane.say("u", seconds=20.0)
    lane.until(lambda: any("lost" in reason for _, reason, _ in lane.states))
    noticed_s = time.monotonic() - began
    assert any(why in reason for _, reason, _ in lane.states)
    lane.until(lambda: len(lane.words) == 1)
    assert not lane.words[0].lost
    assert lane.lane.pid != starved
    figures = lane.lane.figures()
    assert (figures["retried"], figures["restarts"]) == (1, 1)
    row("language worker runs out of memory", noticed_s, time.monotonic() - began)


def test_words_of_another_script_are_kept_and_it_is_said_why_nobody_read_them(run, built_in):
    built_in(CYRILLIC)
    lane = run()
    lane.until_state("ok")
    lane.say("u")
    lane.until(lambda: len(lane.words) == 1)
    words = lane.words[0]
    assert (words.text, words.probability, words.doubt) == ("помогите мне", None, "script")
    assert lane.lane.figures()["restarts"] == 0


def cut(whole):
    return whole[: len(whole) // 2]


def scribbled(whole):
    """Another size in the header of the first tensor or variable that has one."""
    at = whole.index(b"weight") + len(b"weight")
    return whole[:at] + b"\xff" * 24 + whole[at + 24 :]


@pytest.mark.parametrize("damage", [cut, scribbled])
def test_a_damaged_gguf_costs_one_reader(run, tmp_path, row, damage):
    path = tmp_path / "model.gguf"
    path.write_bytes(damage(find(SMOLLM2).read_bytes()))
    lane = run(llm=str(path))
    began = time.monotonic()
    lane.until_state("degraded")
    row(f"damaged GGUF ({damage.__name__})", time.monotonic() - began, None)
    _, reason, remedy = lane.states[-1]
    assert "damaged or cut short" in reason
    assert "[language] llm" in remedy
    lane.say("u")
    lane.until(lambda: len(lane.words) == 1)
    assert not lane.words[0].lost


def test_a_language_model_that_comes_later_reads_too(run, monkeypatch, tmp_path):
    monkeypatch.setattr("daemon.language.restarts.LONGEST_S", 0.1)
    path = tmp_path / "model.gguf"
    lane = run(llm=str(path))
    lane.until_state("degraded")
    assert "There is no language model" in lane.states[-1][1]
    first = lane.lane.pid
    lane.say("u")
    lane.until(lambda: len(lane.words) == 1)
    path.symlink_to(find(SMOLLM2))
    lane.until_state("ok")
    assert lane.lane.pid != first
    lane.say("v")
    lane.until(lambda: len(lane.words) == 2)
    assert [words.lost for words in lane.words] == [""] * 2
    assert lane.lane.figures()["restarts"] == 0


def test_an_adapter_goes_to_the_worker_and_one_that_does_not_fit_costs_one_reader(run, tmp_path):
    pytest.importorskip("gguf", reason="the extra 'tune' is not installed")
    width = 576  # of the registered model
    for name, out in (("fits", width), ("other", 2 * width)):
        tensors = {
            "layers.0.self_attn.q_proj.lora_A": np.zeros((1, out), np.float32),
            "layers.0.self_attn.q_proj.lora_B": np.zeros((out, 1), np.float32),
        }
        write_adapter(tmp_path / f"{name}.gguf", tensors, alpha=1.0, heads=9)
    fitting = run(llm=SMOLLM2, lora=tmp_path / "fits.gguf")
    fitting.until_state("ok")
    fitting.lane.stop()
    lane = run(llm=SMOLLM2, lora=tmp_path / "other.gguf")
    lane.until_state("degraded")
    _, reason, remedy = lane.states[-1]
    assert str(tmp_path / "other.gguf") in reason
    assert "[language] lora" in remedy
    lane.say("u")
    lane.until(lambda: len(lane.words) == 1)
    assert not lane.words[0].lost


@pytest.mark.parametrize("damage", [cut, scribbled])
def test_a_damaged_ctranslate2_model_costs_language_and_says_so(run, tmp_path, row, damage):
    whole = model_folder("tiny.en")
    folder = tmp_path / "whisper"
    shutil.copytree(whole, folder)
    (folder / NEEDED[0]).write_bytes(damage((whole / NEEDED[0]).read_bytes()))
    lane = run(whisper=str(folder))
    began = time.monotonic()
    lane.until_state("unavailable")
    row(f"damaged CTranslate2 model ({damage.__name__})", time.monotonic() - began, None)
    _, reason, remedy = lane.states[-1]
    assert "cannot be loaded as a Whisper model" in reason
    assert "distressd models pull" in remedy
    lane.say("u")
    lane.until(lambda: len(lane.words) == 1)
    assert lane.words[0].lost == "dropped"


def test_a_model_that_kills_every_worker_opens_the_breaker(run, built_in, row):
    built_in(ABORT)
    lane = run(llm=SMOLLM2)
    began = time.monotonic()
    lane.until(lambda: any("lost" in reason for _, reason, _ in lane.states))
    noticed_s = time.monotonic() - began
    lane.until_state("unavailable")
    _, reason, remedy = lane.states[-1]
    assert "killed by signal 6, 5 times in a row" in reason
    assert "models verify" in remedy
    assert lane.lane.pid is None
    lane.say("u")
    lane.until(lambda: len(lane.words) == 1)
    assert lane.words[0].lost == "dropped"
    row("a model file kills every worker", noticed_s, None)
