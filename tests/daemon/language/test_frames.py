"""Frames over a pipe."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.language.frames import HEADER, FrameError, read_frame, write_frame


@given(st.lists(st.tuples(st.text(max_size=200), st.binary(max_size=500)), max_size=5))
def test_what_is_written_is_read_in_order(frames):
    pipe = io.BytesIO()
    for text, data in frames:
        write_frame(pipe, text.encode("utf-8", "ignore").decode(), data)
    pipe.seek(0)
    for text, data in frames:
        assert read_frame(pipe) == (text.encode("utf-8", "ignore").decode(), data)
    assert read_frame(pipe) is None


@given(st.integers(min_value=0, max_value=30))
def test_a_pipe_that_breaks_off_ends(size):
    pipe = io.BytesIO()
    write_frame(pipe, "some text", b"some bytes")
    assert read_frame(io.BytesIO(pipe.getvalue()[:size])) is None or size >= len(pipe.getvalue())


@pytest.mark.parametrize(
    "frame", [b"Traceback (most recent call last)", HEADER.pack(2, 0) + b"\xff\xfe"]
)
def test_what_is_no_frame_is_refused(frame):
    with pytest.raises(FrameError):
        read_frame(io.BytesIO(frame))
