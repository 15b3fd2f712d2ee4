"""From a device's rate to 16 kHz: the same sound, and an honest time of its capture."""

import numpy as np
import pytest
import soxr

from daemon.audio.resampling import Resampling
from daemon.audio.ring import Ring


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000])
def test_all_of_the_sound_arrives(rate: int) -> None:
    output = Ring(10 * 16_000)
    reader = output.reader("test")
    resampling = Resampling(rate, output)
    tone = (0.5 * np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate)).astype(np.float32)
    for block in np.array_split(tone, 200):
        resampling.input.write(block)
    resampling.close()
    heard = reader.read_rest()
    assert abs(len(heard) - 32_000) <= 1
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(len(heard)) / 16_000)
    np.testing.assert_allclose(heard[800:-800], expected[800:-800], atol=1e-3)
    assert resampling.overflows == 0
    assert not output.closed


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
def test_the_converters_time_stays_with_the_samples(rate: int) -> None:
    output = Ring(10 * 16_000)
    reader = output.reader("test")
    resampling = Resampling(rate, output)
    block = np.zeros(rate // 100, np.float32)
    hop = np.empty(160, np.float32)
    began_ns = 1_000_000_000  # of the first sample; the "converter" is far ahead of this test
    for count in range(1, 101):
        resampling.input.write(block, began_ns + round(count * len(block) / rate * 1e9))
    captured_ns = []
    for _ in range(80):
        assert reader.read(hop, 30) == 0
        ring_ns, capture_ms = output.stamp(reader.position)
        captured_ns.append(ring_ns - capture_ms * 1e6)
    resampling.close()
    due_ns = began_ns + np.arange(1, 81) * 10_000_000
    # Half a millisecond: a write's last block says when a whole burst was captured.
    np.testing.assert_allclose(captured_ns, due_ns, atol=500_000)


def test_a_writer_that_catches_up_while_sound_is_resampled_does_not_end_it(monkeypatch) -> None:
    """As after a standstill of the whole process: the microphone delivers what waited."""
    rate = 48_000
    resampling: list[Resampling] = []
    real = soxr.ResampleStream

    class Overtaken:
        def __init__(self, *args, **kwargs) -> None:
            self._real, self._before = real(*args, **kwargs), True

        def resample_chunk(self, block, *, last=False):
            made = self._real.resample_chunk(block, last=last)
            if len(made) and self._before:  # what is given out is stamped next
                self._before = False
                resampling[0].input.write(np.zeros(20 * rate, np.float32))
            return made

    monkeypatch.setattr(soxr, "ResampleStream", Overtaken)
    output = Ring(60 * 16_000)
    reader = output.reader("test")
    resampling.append(Resampling(rate, output))
    for _ in range(50):
        resampling[0].input.write(np.zeros(rate // 100, np.float32))
    hop = np.empty(160, np.float32)
    for _ in range(300):
        assert reader.read(hop, 30) == 0
    assert resampling[0].alive
    assert resampling[0].overflows == 1
    resampling[0].close()
