import time

import pytest

from daemon.wire.base import rfc3339
from daemon.wire.server import PartChanged, PartStatus, SourceChanged, SourceStatus, Vitals


def vitals(stream_s):
    said = {"hops_per_s": 0.0, "last_sound": None, "obstacles": (), "language": None}
    return Vitals(time=rfc3339(time.time()), stream_s=stream_s, **said)


def test_telemetry_goes_to_who_asked(daemon, sample):
    assert not daemon.server.telemetry_wanted
    alerts, _ = daemon.subscribe()
    assert not daemon.server.telemetry_wanted
    asked, snapshot = daemon.subscribe("/v1/telemetry")
    assert snapshot["type"] == "snapshot"
    assert daemon.server.telemetry_wanted
    daemon.server.publish_telemetry(sample(1.0))
    assert asked.recv()["stream_s"] == 1.0
    daemon.alert()
    daemon.server.publish_telemetry(sample(2.0))
    assert asked.recv()["stream_s"] == 2.0  # and no alert in between
    assert alerts.recv()["type"] == "alert"


def test_telemetry_makes_way_for_an_alert(daemon, sample, monkeypatch):
    monkeypatch.setattr("daemon.serve.server.TELEMETRY_AFTER_S", 3_600.0)
    alerts, _ = daemon.subscribe()
    asked, _ = daemon.subscribe("/v1/telemetry")
    daemon.server.publish_telemetry(sample(1.0))
    daemon.alert()
    assert alerts.recv()["type"] == "alert"
    daemon.server.publish_vitals(vitals(2.0))
    assert asked.recv()["type"] == "vitals"  # and not the sample, which waits


def test_nobody_wants_it_when_the_last_has_gone(daemon):
    asked, _ = daemon.subscribe("/v1/telemetry")
    asked.socket.close()
    # The close was answered by the server, which frees the place in the same breath.
    other, _ = daemon.subscribe()
    daemon.alert()
    other.recv()
    assert not daemon.server.telemetry_wanted


def test_telemetry_is_dropped_oldest_first_and_counted(daemon, sample):
    lagging = daemon.connect("/v1/telemetry").hello()
    lagging.recv()
    sent = 0

    def dropped():
        return daemon.metrics.registry.get_sample_value("distressd_telemetry_dropped_total")

    while dropped() == 0:
        sent += 1
        daemon.server.publish_telemetry(sample(float(sent)))
    daemon.alert()
    times = [lagging.recv()["stream_s"]]
    while times[-1] != sent:
        times.append(lagging.recv()["stream_s"])
    assert times == sorted(set(times))
    assert len(times) < sent


def test_who_asks_has_several_samples_in_one_message(daemon, sample):
    single, _ = daemon.subscribe("/v1/telemetry")
    several, _ = daemon.subscribe("/v1/telemetry", batch=4)
    for number in range(8):
        daemon.server.publish_telemetry(sample(float(number)))
        assert single.recv()["stream_s"] == number  # else the next would take its place
    for first in (0, 4):
        message = several.recv()
        assert (message["type"], message["stream_s"]) == ("telemetry_batch", first + 3)
        assert [one["stream_s"] for one in message["samples"]] == list(range(first, first + 4))
        assert all(one == {**one, "type": "telemetry", "gate": True} for one in message["samples"])


def test_what_was_gathered_does_not_wait_for_a_sound_that_has_ended(daemon, sample):
    single, _ = daemon.subscribe("/v1/telemetry")
    several, _ = daemon.subscribe("/v1/telemetry", batch=4)
    daemon.server.publish_telemetry(sample(1.0))
    single.recv()
    daemon.server.publish_vitals(vitals(2.0))
    told = several.recv()
    assert [one["stream_s"] for one in told["samples"]] == [1.0]
    assert several.recv()["type"] == "vitals"


@pytest.mark.parametrize("batch", [0, 21])
def test_a_batch_is_of_few_samples(daemon, batch):
    client = daemon.connect("/v1/telemetry")
    client.socket.send(f'{{"type": "hello", "token": "{"t" * 43}", "batch": {batch}}}')
    assert client.close_code() == 4400


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
