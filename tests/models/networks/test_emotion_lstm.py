"""The torch module keeps its contract."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from models.networks.emotion_lstm import EmotionLSTM


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@settings(max_examples=15)
@given(st.integers(1, 4), st.integers(1, 12), st.integers(0, 2**20))
def test_logits_and_state_have_their_shapes(batch, seq, seed):
    model = EmotionLSTM().eval()
    with torch.no_grad():
        logits, (h, c) = model(drawn(seed, batch, seq, 13))
    assert logits.shape == (batch, 8)
    assert h.shape == c.shape == (2, batch, 128)


@settings(max_examples=15)
@given(st.integers(1, 40), st.integers(0, 2**20))
def test_frame_by_frame_equals_the_whole_sequence(seq, seed):
    torch.manual_seed(seed)
    model = EmotionLSTM().eval()
    x = drawn(seed, 2, seq, 13)
    with torch.no_grad():
        whole, (h, c) = model(x)
        every, _ = model.every_step(x)
        hidden = None
        for step in range(seq):
            logits, hidden = model(x[:, step : step + 1], hidden)
            torch.testing.assert_close(logits, every[:, step], atol=1e-5, rtol=0)
    torch.testing.assert_close(logits, whole, atol=1e-5, rtol=0)
    torch.testing.assert_close(hidden, (h, c), atol=1e-5, rtol=0)


def test_no_state_is_a_state_of_zeros():
    model = EmotionLSTM().eval()
    x = drawn(1, 3, 5, 13)
    zeros = torch.zeros(2, 3, 128)
    with torch.no_grad():
        torch.testing.assert_close(model(x), model(x, (zeros, zeros.clone())))


def test_standardisation_is_inside():
    torch.manual_seed(1)
    model = EmotionLSTM().eval()
    x = drawn(2, 1, 6, 13)
    mean, deviation = drawn(3, 13), drawn(4, 13).abs() + 0.5
    with torch.no_grad():
        plain, _ = model(x)
        model.mean.copy_(mean)
        model.scale.copy_(1.0 / deviation)
        raw, _ = model(x * deviation + mean)
    torch.testing.assert_close(raw, plain, atol=1e-4, rtol=0)
    assert {"mean", "scale"} <= set(model.state_dict())


@pytest.mark.parametrize(("layers", "hidden", "classes", "inputs"), [(1, 16, 3, 13), (3, 8, 2, 5)])
def test_other_sizes(layers, hidden, classes, inputs):
    model = EmotionLSTM(inputs, hidden, layers, classes).eval()
    with torch.no_grad():
        logits, (h, _) = model(drawn(1, 2, 1, inputs))
    assert logits.shape == (2, classes)
    assert h.shape == (layers, 2, hidden)


def test_dropout_acts_in_training_only():
    torch.manual_seed(1)
    model = EmotionLSTM()
    x = drawn(1, 1, 20, 13)
    with torch.no_grad():
        assert not torch.equal(model(x)[0], model(x)[0])
        model.eval()
        assert torch.equal(model(x)[0], model(x)[0])
