import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from hypothesis import given
from hypothesis import strategies as st

from models.features.whisper_mel import BANDS, log_mel


def test_it_is_whispers_own_but_for_the_padding():
    rng = np.random.default_rng(1)
    sound = (rng.standard_normal(40_000) * np.hanning(40_000) * 0.1).astype(np.float32)
    ours = log_mel(sound)
    theirs = FeatureExtractor()(np.pad(sound, (0, 16_000)))[:, : len(ours)].T
    assert ours.shape == (250, BANDS)
    # Their last frames reach into the padding.
    assert np.abs(ours - theirs)[:-2].max() < 1e-5


@given(st.integers(201, 5_000), st.floats(1e-6, 1.0))
def test_a_gain_shifts_it_and_every_length_is_taken(length, gain):
    rng = np.random.default_rng(length)
    sound = rng.standard_normal(length).astype(np.float32)
    loud, soft = log_mel(sound), log_mel(sound * np.float32(gain))
    assert loud.shape == (length // 160, BANDS)
    assert np.isfinite(soft).all()
    if gain > 1e-3:
        assert np.allclose(loud + np.log10(gain) / 2, soft, atol=1e-3)
