"""Utterances that nobody would cut, and transcripts that nobody would say, in a running lane."""

import os
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("language_models")]
ROOT = Path(__file__).parents[3]

SAYS = """
from dataclasses import replace

from models.transcriber import Transcriber

settled = Transcriber.settled

def say(self, sounds, **named):
    for some in settled(self, sounds, **named):
        yield [(i, replace(one, text=TEXT, doubt="") if len(sounds[i]) > 20_000 else one)
               for i, one in some]

Transcriber.settled = say
"""


@pytest.mark.parametrize("seconds", [0.01, 600.0], ids=["10 ms", "10 minutes"])
def test_an_utterance_of_any_length_is_answered_and_the_next_one_too(run, seconds):
    lane = run(llm="smollm2-135m")
    lane.until_state("ok")
    worker = lane.lane.pid
    for number, length in enumerate((seconds, 1.0)):
        lane.say(f"u{number}", length)
        lane.until(lambda said=number + 1: len(lane.words) == said)
    assert [words.lost for words in lane.words] == ["", ""]
    assert lane.lane.pid == worker
    assert lane.states[-1][0] == "ok"


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("Help me, I cannot get up. " * 400, True),
        ("help " * 2_000, True),
        ("a" * 10_000, True),
        ("\\x00\\x07\\x1b\\u202e" * 100, False),
        ("\\u043f\\u043e\\u043c\\u043e\\u0433\\u0438\\u0442\\u0435 " * 20, False),
    ],
    ids=["10,000 characters", "one sentence", "one word", "control characters", "another script"],
)
def test_whatever_is_transcribed_is_answered_and_the_next_utterance_too(
    run, tmp_path, monkeypatch, text, readable
):
    lines = SAYS.replace("TEXT", f'"{text}"')
    (tmp_path / "sitecustomize.py").write_text(lines)
    path = (str(tmp_path), str(ROOT), os.environ.get("PYTHONPATH", ""))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
    lane = run(llm="smollm2-135m")
    lane.until_state("ok")
    worker = lane.lane.pid
    for number, length in enumerate((2.0, 1.0)):
        lane.say(f"u{number}", length)
        lane.until(lambda said=number + 1: len(lane.words) == said)
    words, after = lane.words
    assert words.text
    assert (words.probability is not None) == readable
    assert words.probability is None or 0.0 <= words.probability <= 1.0
    assert (words.lost, after.lost) == ("", "")
    assert lane.lane.pid == worker
    assert lane.states[-1][0] == "ok"
