"""Hours without words: as long as wanted, never the same piece for ever, nothing out of range."""

import numpy as np
import pytest
import soundfile

from models.errors import DataError
from models.evaluation.spoken.silence import STREAM_S, speechless_streams
from models.features.constants import SAMPLE_RATE


def corpora(root, labels):
    rng = np.random.default_rng(3)
    for corpus in ("us8k", "esc10", "music"):
        (root / corpus).mkdir()
        rows = ["file,label"]
        for number, label in enumerate(labels):
            soundfile.write(
                root / corpus / f"{number}.flac", rng.standard_normal(32_000) * 0.1, SAMPLE_RATE
            )
            rows.append(f"{number}.flac,{label}")
        (root / corpus / "labels.csv").write_text("\n".join(rows))


def test_streams_are_as_long_as_wanted(tmp_path):
    corpora(tmp_path, ["drilling", "siren"])
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
