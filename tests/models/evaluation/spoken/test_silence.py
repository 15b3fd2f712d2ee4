"""Hours without words: as long as wanted, never the same piece for ever, nothing out of range."""

import numpy as np
import pytest

from models.errors import DataError
from models.evaluation.spoken.silence import STREAM_S, speechless_streams
from models.features.constants import SAMPLE_RATE


def test_streams_are_as_long_as_wanted(tmp_path, made_speechless):
    made_speechless(tmp_path, ["drilling", "siren"])
    streams = list(speechless_streams(tmp_path, hours=0.33))
    assert len(streams) == 2
    for stream in streams:
        assert len(stream) == int(STREAM_S * SAMPLE_RATE)
        assert np.abs(stream).max() <= 1.0
        assert np.isfinite(stream).all()
        assert stream[-SAMPLE_RATE * 60 :].any()


def test_nothing_without_speech_is_an_error(tmp_path):
    for corpus in ("us8k", "esc10", "music"):
        (tmp_path / corpus).mkdir()
        (tmp_path / corpus / "labels.csv").write_text("file,label\n")
    with pytest.raises(DataError, match="nobody speaks"):
        next(iter(speechless_streams(tmp_path)))
