from daemon.wire.base import rfc3339
from daemon.wire.server import PartChanged, PartStatus, SourceChanged, SourceStatus, Telemetry

EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")


def telemetry(stream_s):
    return Telemetry(
        time=rfc3339(0.0),
        stream_s=stream_s,
        level_db=-30.0,
        floor_db=-60.0,
        gate=True,
        distress=0.1,
        infant=0.0,
        score=0.1,
        posterior=dict.fromkeys(EMOTIONS, 0.125),
        sounds=({"label": "Speech", "score": 0.9},),
    )


def test_telemetry_goes_to_who_asked(daemon):
    assert not daemon.server.telemetry_wanted
    alerts, _ = daemon.subscribe()
    assert not daemon.server.telemetry_wanted
    asked, snapshot = daemon.subscribe("/v1/telemetry")
    assert snapshot["type"] == "snapshot"
    assert daemon.server.telemetry_wanted
    daemon.server.publish_telemetry(telemetry(1.0))
    assert asked.recv()["stream_s"] == 1.0
    daemon.alert()
    daemon.server.publish_telemetry(telemetry(2.0))
    assert asked.recv()["stream_s"] == 2.0  # and no alert in between
    assert alerts.recv()["type"] == "alert"


def test_nobody_wants_it_when_the_last_has_gone(daemon):
    asked, _ = daemon.subscribe("/v1/telemetry")
    asked.socket.close()
    # The close was answered by the server, which frees the place in the same breath.
    other, _ = daemon.subscribe()
    daemon.alert()
    other.recv()
    assert not daemon.server.telemetry_wanted


def test_telemetry_is_dropped_oldest_first_and_counted(daemon):
    lagging = daemon.connect("/v1/telemetry").hello()
    lagging.recv()
    sent = 0

    def dropped():
        return daemon.metrics.registry.get_sample_value("distressd_telemetry_dropped_total")

    while dropped() == 0:
        sent += 1
        daemon.server.publish_telemetry(telemetry(float(sent)))
    daemon.alert()
    times = [lagging.recv()["stream_s"]]
    while times[-1] != sent:
        times.append(lagging.recv()["stream_s"])
    assert times == sorted(set(times))
    assert len(times) < sent


def test_changes_of_state_reach_everyone(daemon):
    clients = [daemon.subscribe(path)[0] for path in ("/v1/alerts", "/v1/telemetry")]
    common = {"time": rfc3339(0.0), "stream_s": 3.0}
    gone = SourceStatus(name="mic", state="unavailable", reason="unplugged", remedy="plug it in")
    daemon.server.publish_status(SourceChanged(**common, source=gone))
    status = PartStatus(state="ok")
    daemon.server.publish_status(PartChanged(**common, type="sound_events", status=status))
    for client in clients:
        assert client.recv()["source"]["reason"] == "unplugged"
        assert client.recv()["type"] == "sound_events"
