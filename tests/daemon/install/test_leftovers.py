from daemon.clips.identity import default_identity, make_identity
from daemon.install.leftovers import leftovers


def test_what_is_left_is_told_and_only_that(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    state = tmp_path / "state"
    assert leftovers(state) == []
    (state / "clips").mkdir(parents=True)
    make_identity(default_identity())
    assert leftovers(state) == [
        ("alerts, history and token", state),
        ("recorded clips of sound, encrypted", state / "clips"),
        ("the key with which clips are heard", default_identity()),
    ]
