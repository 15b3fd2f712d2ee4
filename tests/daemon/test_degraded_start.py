"""A daemon whose disk takes nothing when it starts: it listens, alerts and says so."""

import socket

import pytest


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize("what", ["full", "read-only"])
def test_alerts_come_without_a_disk(what, small_disk, start_daemon, distressd, scene_recording):
    state = small_disk.folder
    before = start_daemon("stdin", state=state)
    assert before.stop() == 0
    if what == "full":
        small_disk.fill()
    else:
        small_disk.mount("ro")
    daemon = start_daemon("stdin", state=state, port=free_port())
    with daemon.subscribe() as subscriber:
        snapshot = subscriber.receive()
        daemon.hear(scene_recording)
        events = subscriber.alerts("raised")
    assert snapshot["store"]["state"] == "degraded"
    assert what in snapshot["store"]["reason"]
    assert snapshot["store"]["remedy"]
    assert not any(event["durable"] for event in events)
    told = distressd("status", DISTRESSD_STATE=str(state))
    assert told.returncode == 1
    assert "does not say where it serves" in told.stderr

    with daemon.subscribe() as subscriber:
        subscriber.receive()
        if what == "full":
            small_disk.free()
        else:
            small_disk.mount("rw")
        message = subscriber.receive()
        while message["type"] != "store" or message["status"]["state"] != "ok":
            message = subscriber.receive()
    with daemon.subscribe(since=0) as subscriber:
        subscriber.receive()
        stored = subscriber.alerts("raised")
    assert [(one["id"], one["seq"]) for one in stored] == [(events[0]["id"], events[0]["seq"])]
    assert stored[0]["durable"]
    assert "Traceback" not in daemon.log.read_text()
