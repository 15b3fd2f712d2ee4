"""Utterances, short to make."""

import numpy as np
import pytest

from daemon.language.utterance import Utterance

RATE = 16_000


@pytest.fixture
def utterance():
    def make(name="u", start_s=0.0, seconds=1.0, score=0.0, pcm=None, explained=False):
        pcm = np.zeros(int(seconds * RATE), np.int16) if pcm is None else pcm
        start = int(start_s * RATE)
        return Utterance(name, start, start + len(pcm), pcm, score, explained, cut_ns=1)

    return make
