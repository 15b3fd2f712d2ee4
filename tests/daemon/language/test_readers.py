"""Who has read the words of an utterance, with a real worker and real models."""

import shutil

import numpy as np
import pytest

from models.evaluation.voices import speak

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("language_models")]


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.parametrize(
    ("llm", "readers"), [("smollm2-135m", ("meaning", "feeling")), ("", ("meaning",))]
)
def test_words_say_whether_the_language_model_has_read_them(run, utterance, llm, readers):
    lane = run(llm=llm)
    lane.until_state("ok")
    sound = speak("Please call an ambulance, my husband has collapsed.", "en-us", pitch=60)
    pcm = (sound * 16_000).astype(np.int16)
    lane.lane.submit(utterance(pcm=pcm, explained=True), lane.told)
    lane.until(lambda: len(lane.words) == 1)
    (words,) = lane.words
    assert "ambulance" in words.text
    assert words.readers == readers
    assert words.reason
