import pytest

from daemon.clips.folder import ClipFolder, Span
from daemon.clips.outbox import MOST, Outbox, Sealed

NOW = 1_790_000_000.0


def clip(number):
    return Sealed(f"a{number}", NOW + 100 * number, 10.0, b"sealed")


def alerts(folder):
    return [clip.alert for clip in folder.clips()]


@pytest.fixture
def folder(tmp_path):
    return ClipFolder(tmp_path)


def test_what_cannot_be_written_waits_and_the_oldest_goes(folder):
    waiting = Outbox(folder)
    assert waiting.due_s == float("inf")
    folder.path.write_text("in the way")
    for number in range(MOST + 2):
        waiting.put(clip(number))
        with pytest.raises(FileExistsError):
            waiting.flush()
    assert (len(waiting), waiting.lost, waiting.written) == (MOST, 2, 0)
    folder.path.unlink()
    waiting.flush()
    assert not folder.path.exists(), "not tried again at once"
    waiting.flush(at_once=True)
    assert alerts(folder) == [f"a{number}" for number in range(2, MOST + 2)]
    assert (len(waiting), waiting.written) == (0, MOST)


def test_what_waits_is_forgotten_too(folder):
    waiting = Outbox(folder)
    for number in range(4):
        waiting.put(clip(number))
    waiting.forget(Span(NOW + 105, NOW + 150, frozenset({"a3"})))
    waiting.flush()
    assert alerts(folder) == ["a0", "a2"]
