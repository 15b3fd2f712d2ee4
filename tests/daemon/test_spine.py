"""From a recording to an alert in a subscriber's hands, with a real daemon as a process."""

import json
from pathlib import Path

import jsonschema
import pytest

from daemon.config.load import load_config
from daemon.replay import hear_recording

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"


@pytest.fixture(scope="module")
def validate():
    """Checks a message from the daemon against the schema that is published for it."""
    schema = json.loads((SCHEMAS / "server.schema.json").read_text())
    return jsonschema.Draft202012Validator(schema).validate


def test_recording_raises_alert_in_the_hands_of_a_subscriber(
    start_daemon, scene_recording, validate
):
    daemon = start_daemon(f"file:{scene_recording}")
    with daemon.subscribe(since=0) as subscriber:  # on a slow machine it has begun already
        snapshot = subscriber.receive()
        events = subscriber.alerts("cleared")
    for message in [snapshot, *events]:
        validate(message)
    assert snapshot["type"] == "snapshot"
    assert snapshot["source"]["name"] == "file"
    assert snapshot["language"]["state"] == "off"
    assert [events[0]["phase"], events[-1]["phase"]] == ["raised", "cleared"]
    assert {event["id"] for event in events} == {events[0]["id"]}
    assert events[0]["kind"] in {"scream", "shouting", "crying", "pain"}
    assert events[0]["level"] in {"warning", "critical"}
    assert events[0]["durable"] is True
    assert events[0]["transcript"] is None
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


@pytest.mark.data
def test_real_scream_raises_an_alert(start_daemon, data_root, tmp_path, validate):
    screams = sorted((data_root / "emospeech_in").rglob("background-scream-None-*.ogg"))
    assert screams, "the corpus has screams in its background field"
    daemon = start_daemon(f"file:{screams[0]}", "--linger")
    with daemon.subscribe() as subscriber:
        epoch = subscriber.receive()["epoch"]
    with daemon.subscribe(since=0, epoch=epoch) as subscriber:
        subscriber.receive()
        event = subscriber.alerts("raised")[-1]
    validate(event)
    assert event["source"] == "file"


def test_killed_daemon_loses_nothing_that_a_subscriber_saw(start_daemon, scene_recording):
    daemon = start_daemon(f"file:{scene_recording}")
    with daemon.subscribe(since=0) as subscriber:
        epoch = subscriber.receive()["epoch"]
        seen = subscriber.alerts("raised")
    daemon.kill()

    again = start_daemon("stdin", "--linger", state=daemon.state)
    with again.subscribe(since=0, epoch=epoch) as subscriber:
        snapshot = subscriber.receive()
        assert snapshot["epoch"] == epoch
        assert snapshot["open_alerts"] == []
        replayed = subscriber.alerts("cleared")
    numbers = [event["seq"] for event in replayed]
    assert numbers == sorted(set(numbers)), "every event comes once, in order"
    for event in seen:
        (found,) = [one for one in replayed if one["seq"] == event["seq"]]
        assert (found["id"], found["phase"], found["level"]) == (
            event["id"],
            event["phase"],
            event["level"],
        )
    assert replayed[-1]["reason"] == "restart"

    with again.subscribe(since=numbers[-1], epoch=epoch) as subscriber:
        assert subscriber.receive()["seq"] == numbers[-1]


def test_stopped_daemon_clears_and_exits_cleanly(start_daemon, scene_recording):
    daemon = start_daemon("stdin")
    with daemon.subscribe() as subscriber:
        subscriber.receive()
        daemon.hear(scene_recording)
        raised = subscriber.alerts("raised")[-1]
        daemon.process.terminate()
        cleared = subscriber.alerts("cleared")[-1]
    assert (cleared["id"], cleared["reason"]) == (raised["id"], "stopped")
    assert daemon.process.wait(timeout=30) == 0
    assert not (daemon.state / "run.json").exists()
    assert not (daemon.state / "clips").exists(), "no sound is kept unless that is switched on"


@pytest.mark.slow
def test_same_events_at_any_pace(scene_recording):
    def events(pace):
        return [
            (e.stream_s, e.phase, e.kind, e.level, pytest.approx(e.score, abs=1e-6))
            for e in hear_recording(scene_recording, load_config(None), pace)
        ]

    fast = events("max")
    assert fast
    assert fast == events("realtime")


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc to look inside")
def test_listening_process_holds_no_torch(start_daemon, scene_recording):
    daemon = start_daemon(f"file:{scene_recording}")
    with daemon.subscribe(since=0) as subscriber:
        subscriber.receive()
        subscriber.alerts("raised")
        mapped = Path(f"/proc/{daemon.process.pid}/maps").read_text()
    assert "numpy" in mapped
    assert "torch" not in mapped
