"""Commands over what is kept, through a daemon that runs."""

import json

import pytest

pytestmark = pytest.mark.slow


def test_answer_take_back_pause_and_forget(start_daemon, scene_recording, distressd):
    daemon = start_daemon(f"file:{scene_recording}", "--linger")
    with daemon.subscribe() as subscriber:
        alert = subscriber.alerts("cleared")[-1]["id"]

        def until(kind):
            while (message := subscriber.receive())["type"] != kind:
                pass
            return message

        def until_paused(*, paused):
            """The source may say in between that the recording has ended."""
            while (until("source")["source"]["paused_until"] is not None) != paused:
                pass

        assert "acknowledged" in distressd("alerts", "ack", alert).stdout
        assert until("feedback")["said"] == "ack"
        distressd("alerts", "revoke", alert)
        assert until("feedback")["said"] is None
        assert json.loads(distressd("alerts", "feedback", "--json").stdout) == []

        assert "no alert is raised until" in distressd("pause", "30m").stdout
        until_paused(paused=True)
        assert json.loads(distressd("status", "--json").stdout)["paused_until"]
        distressd("resume")
        until_paused(paused=False)

        refused = distressd("alerts", "ack", "nothing")
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)

    files = [path for path in daemon.state.rglob("*") if path.is_file()]
    assert any(alert.encode() in path.read_bytes() for path in files)
    done = distressd("forget", "--all", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    files = [path for path in daemon.state.rglob("*") if path.is_file()]
    for word in (alert, "scream", "Scream", "Whimper"):
        assert not any(word.encode() in path.read_bytes() for path in files)
    assert daemon.stop() == 0
