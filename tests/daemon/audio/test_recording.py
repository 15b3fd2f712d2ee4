"""Recordings of every kind become 16 kHz mono, and bad ones a sentence."""

import logging
from pathlib import Path

import numpy as np
import pytest
import soundfile

from daemon.audio.recording import Recording, read_recording
from daemon.errors import RecordingError

SECONDS = 1.5


def tone(rate: int, channels: int = 1, hertz: float = 440.0) -> np.ndarray:
    time = np.arange(round(SECONDS * rate)) / rate
    mono = 0.5 * np.sin(2 * np.pi * hertz * time)
    return np.repeat(mono[:, None], channels, axis=1).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "rate", "channels", "subtype"),
    [
        ("plain.wav", 16_000, 1, "PCM_16"),
        ("eight_bit.wav", 16_000, 1, "PCM_U8"),
        ("studio.wav", 96_000, 1, "PCM_24"),
        ("array.wav", 48_000, 8, "PCM_16"),
        ("stereo.flac", 44_100, 2, "PCM_16"),
        ("phone.wav", 8_000, 1, "ULAW"),
        ("float.wav", 22_050, 1, "FLOAT"),
        ("double.aiff", 32_000, 2, "DOUBLE"),
    ],
)
def test_any_rate_width_and_channel_count_is_heard_as_it_sounds(
    tmp_path: Path, name: str, rate: int, channels: int, subtype: str
) -> None:
    path = tmp_path / name
    soundfile.write(path, tone(rate, channels), rate, subtype=subtype)
    heard = read_recording(path)
    assert heard.dtype == np.float32
    assert abs(len(heard) - round(SECONDS * 16_000)) <= 1
    expected = tone(16_000)[: len(heard), 0]
    middle = slice(1_600, -1_600)  # a resampler rings where the sound begins and ends
    tolerance = {"PCM_U8": 0.01, "ULAW": 0.02}.get(subtype, 1e-3)
    np.testing.assert_allclose(heard[: len(expected)][middle], expected[middle], atol=tolerance)


def test_the_channels_are_averaged(tmp_path: Path) -> None:
    path = tmp_path / "opposite.wav"
    left = tone(16_000)[:, 0]
    soundfile.write(path, np.stack([left, -left, left], axis=1), 16_000, subtype="FLOAT")
    np.testing.assert_allclose(read_recording(path), left / 3, atol=1e-6)


def test_a_recording_is_the_same_whole_and_in_blocks(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    rng = np.random.default_rng(1)
    soundfile.write(path, rng.uniform(-0.5, 0.5, 300_000), 44_100)
    with Recording(path) as recording:
        blocks = list(recording.blocks())
    assert len(blocks) > 3
    np.testing.assert_array_equal(np.concatenate(blocks), read_recording(path))
    assert recording.duration_s == pytest.approx(300_000 / 44_100)


def test_samples_that_are_no_numbers_are_silence_and_are_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "broken.wav"
    frames = np.tile(tone(16_000), (4, 2))
    frames[100:110, 0] = np.nan
    frames[90_000, 1] = np.inf
    frames[90_001] = np.inf, -np.inf
    soundfile.write(path, frames, 16_000, subtype="FLOAT")
    with Recording(path) as recording:
        heard = np.concatenate(list(recording.blocks()))
    assert recording.replaced == 12
    assert not heard[100:110].any()
    assert not heard[90_000:90_002].any()
    untouched = np.delete(np.arange(len(heard)), [*range(100, 110), 90_000, 90_001])
    np.testing.assert_allclose(heard[untouched], frames[untouched, 0], atol=1e-7)
    assert [r.levelno for r in caplog.records] == [logging.WARNING]


def test_what_is_too_loud_is_clipped_as_a_converter_would(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    soundfile.write(path, 1e30 * tone(48_000), 48_000, subtype="FLOAT")
    heard = read_recording(path)
    assert np.isfinite(heard).all()
    assert (heard.min(), heard.max()) == (-1.0, 1.0)


def bad(tmp_path: Path, what: str) -> Path:
    whole = tmp_path / "whole.wav"
    soundfile.write(whole, tone(16_000), 16_000)
    data = whole.read_bytes()
    path = tmp_path / f"{what}.wav"
    match what:
        case "missing":
            pass
        case "folder":
            path.mkdir()
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("This is no sound at all.\n" * 40)
        case "cut":
            path.write_bytes(data[: len(data) // 2])
        case "header":
            path.write_bytes(data[:30])
        case "no sound":
            soundfile.write(path, np.empty((0, 1)), 16_000)
        case "no rate":
            path.write_bytes(data[:24] + b"\1\0\0\0" + data[28:])
        case "raw":
            path = path.with_suffix(".raw")
            path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("missing", "does not exist"),
        ("folder", "is a folder"),
        ("empty", "is empty"),
        ("text", "is not a recording that can be read"),
        ("cut", "is cut off"),
        ("header", "is not a recording that can be read"),
        ("no sound", "holds no sound"),
        ("no rate", "claims 1 samples a second"),
        ("raw", "raw samples"),
    ],
)
def test_a_bad_file_is_one_sentence_that_names_it_and_a_remedy(
    tmp_path: Path, what: str, says: str
) -> None:
    path = bad(tmp_path, what)
    with pytest.raises(RecordingError, match=says) as caught:
        read_recording(path)
    assert str(path) in caught.value.message
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


def test_a_file_that_is_damaged_inside_says_where(tmp_path: Path) -> None:
    path = tmp_path / "damaged.flac"
    rng = np.random.default_rng(2)
    soundfile.write(path, rng.uniform(-0.5, 0.5, 160_000), 16_000)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    path.write_bytes(data)
    with pytest.raises(RecordingError, match=r"is damaged after \d+\.\d s"):
        read_recording(path)


def test_a_size_that_a_streaming_program_could_not_know_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "streamed.wav"
    soundfile.write(path, tone(16_000), 16_000)
    data = path.read_bytes()
    unknown = b"\xff\xff\xff\xff"
    path.write_bytes(data[:4] + unknown + data[8:40] + unknown + data[44:])
    assert len(read_recording(path)) == round(SECONDS * 16_000)
