import threading
import time
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed


def test_a_client_gets_the_snapshot_then_what_happens(daemon):
    client, snapshot = daemon.subscribe()
    assert snapshot["type"] == "snapshot"
    assert (snapshot["epoch"], snapshot["seq"]) == (daemon.journal.epoch, 0)
    assert snapshot["source"] == {
        "name": "file",
        "state": "ok",
        "reason": "",
        "remedy": "",
        "liveness": None,
        "cause": "",
        "paused_until": None,
    }
    assert snapshot["language"]["state"] == "unavailable"
    assert snapshot["language"]["remedy"] == "install it"
    assert snapshot["sound_events"]["state"] == "ok"
    assert snapshot["stream_s"] == 12.5
    assert snapshot["open_alerts"] == []
    sent = daemon.alert()
    alert = client.recv()
    assert (alert["type"], alert["id"], alert["seq"], alert["durable"]) == ("alert", "a", 1, True)
    assert alert["latency_ms"]["store"] == sent.latency_ms.store > 0
    assert alert["latency_ms"]["send"] > 0


def test_the_address_without_a_path_gives_alerts(daemon):
    client, snapshot = daemon.subscribe("/")
    assert snapshot["type"] == "snapshot"
    daemon.alert()
    assert client.recv()["type"] == "alert"


def test_a_new_client_learns_what_is_open(daemon):
    daemon.alert("over")
    daemon.alert("over", "cleared", reason="ended")
    daemon.alert("open")
    daemon.alert("open", "updated", score=0.5)
    _, snapshot = daemon.subscribe()
    assert snapshot["seq"] == 4
    assert [(one["id"], one["seq"], one["score"]) for one in snapshot["open_alerts"]] == [
        ("open", 4, 0.5)
    ]


def test_everyone_gets_the_same(daemon):
    clients = [daemon.subscribe()[0] for _ in range(5)]
    daemon.alert()
    first, *others = (client.recv() for client in clients)
    assert all(other == first for other in others)


def test_since_replays_and_goes_on(daemon):
    for number in range(600):  # more than are replayed at once
        daemon.alert(str(number))
    client, snapshot = daemon.subscribe(since=2, epoch=daemon.journal.epoch)
    assert snapshot["seq"] == 600
    daemon.alert("live")
    messages = client.recv_until(lambda message: message["id"] == "live")
    assert [message["seq"] for message in messages] == list(range(3, 602))


@pytest.mark.parametrize("epoch", ["another", "own"])
def test_nothing_is_replayed_of_another_epoch_or_from_the_future(daemon, epoch):
    daemon.alert("a")
    daemon.alert("b")
    since = 1 if epoch == "another" else 99
    client, snapshot = daemon.subscribe(
        since=since, epoch=epoch if epoch == "another" else daemon.journal.epoch
    )
    assert len(snapshot["open_alerts"]) == 2
    daemon.alert("live")
    assert client.recv()["id"] == "live"


def test_since_goes_on_over_a_restart(start):
    first = start()
    first.alert("a")
    client, snapshot = first.subscribe()
    first.alert("b")
    seen = client.recv()["seq"]
    first.stop()
    second = start()
    second.alert("c")
    client, again = second.subscribe(since=seen, epoch=snapshot["epoch"])
    assert again["epoch"] == snapshot["epoch"]
    missed = client.recv_until(lambda message: message["id"] == "c")
    assert [(one["id"], one["phase"], one["reason"]) for one in missed] == [
        ("a", "cleared", "restart"),
        ("b", "cleared", "restart"),
        ("c", "raised", None),
    ]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=st.integers(0, 30), during=st.integers(0, 60), known=st.integers(0, 30))
def test_between_replay_and_live_nothing_is_missing_and_nothing_is_twice(
    daemon, before, during, known
):
    """Alerts go on while a client connects anywhere in between and resumes anywhere."""
    base = daemon.journal.seq
    for number in range(before):
        daemon.alert(str(number))
    since = min(base + known, daemon.journal.seq)
    speaking = threading.Thread(
        target=lambda: [daemon.alert(str(number)) for number in range(during)]
    )
    speaking.start()
    client = daemon.connect().hello(since=since, epoch=daemon.journal.epoch)
    snapshot = client.recv()
    speaking.join()
    last = daemon.alert("last").seq
    messages = client.recv_until(lambda message: message["seq"] == last)
    assert [message["seq"] for message in messages] == list(range(since + 1, last + 1))
    assert base + before <= snapshot["seq"] < last
    client.socket.close()


def test_a_client_without_since_misses_nothing_after_its_snapshot(daemon):
    stop = threading.Event()

    def speak():
        while not stop.is_set():
            daemon.alert("x")

    speaking = threading.Thread(target=speak)
    speaking.start()
    try:
        for _ in range(10):
            client, snapshot = daemon.subscribe()
            numbers = [snapshot["seq"], *(client.recv()["seq"] for _ in range(10))]
            assert all(later == earlier + 1 for earlier, later in pairwise(numbers))
    finally:
        stop.set()
        speaking.join()


def test_a_subscriber_that_never_reads_is_dropped_and_nobody_else(start, caplog):
    daemon = start(queue=16)
    live, _ = daemon.subscribe()
    daemon.deaf()
    sent = 0
    text = "x" * 4000
    while daemon.metrics.registry.get_sample_value("distressd_subscribers_dropped_total") == 0:
        sent += 1
        daemon.alert("a", why=text)
        assert live.recv()["seq"] == sent
        assert sent < 2000
    daemon.alert("after")
    assert live.recv()["id"] == "after"
    assert sum("is dropped, no other" in line for line in caplog.messages) == 1


def test_a_subscriber_that_was_dropped_is_told_why_and_comes_back(start):
    daemon = start(queue=16)
    slow = daemon.deaf()
    for _ in range(600):
        daemon.alert("a", "updated", why="x" * 4000)
    with pytest.raises(ConnectionClosed):
        slow.recv_until(lambda message: False)
    # its snapshot is of the moment when the server took it in, which may be after the first alerts
    first, seen = slow.received[0]["seq"], slow.received[-1]["seq"]
    assert [message["seq"] for message in slow.received] == list(range(first, seen + 1))
    assert seen < 600
    if slow.socket.close_code != 1006:  # 1006: it was cut before it read the close
        assert slow.socket.close_code == 1013
        assert "come back with since" in slow.close_reason
    back, _ = daemon.subscribe(since=seen, epoch=daemon.journal.epoch)
    assert back.recv()["seq"] == seen + 1


@pytest.mark.slow  # it takes the patience of the server, 10 s
def test_a_subscriber_that_reads_nothing_is_dropped_although_little_waits(start, caplog):
    daemon = start(queue=4096)
    live, _ = daemon.subscribe()
    daemon.deaf()
    for _ in range(600):
        daemon.alert("a", "updated", why="x" * 4000)
        live.recv()
    while daemon.metrics.registry.get_sample_value("distressd_subscribers_dropped_total") == 0:
        daemon.alert("a", "updated")
        live.recv()
        time.sleep(0.1)
    assert "nothing was read for 10 s" in caplog.text


def test_stopping_hands_out_what_waits_and_says_goodbye(daemon):
    client, _ = daemon.subscribe()
    for number in range(50):
        daemon.alert(str(number))
    stopping = threading.Thread(target=daemon.server.stop)
    stopping.start()
    assert [client.recv()["seq"] for _ in range(50)] == list(range(1, 51))
    assert client.close_code() == 1001
    stopping.join()
    assert daemon.health.part("serve").state == "off"
    daemon.alert("nobody listens any more")


def test_stopping_does_not_wait_for_who_does_not_answer(start):
    daemon = start()
    daemon.deaf()
    for number in range(300):
        daemon.alert(str(number), why="x" * 4000)
    silent = daemon.connect()
    daemon.server.stop()
    assert silent.close_code() in {1001, 1006}
