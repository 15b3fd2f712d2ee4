import json
import threading

import pytest
from websockets.exceptions import ConnectionClosed

MOST_DEFAULT_THREADS = 32  # of asyncio's own pool, on any machine


def test_requests_are_carried_out_and_answered(daemon):
    client, _ = daemon.subscribe()
    client.send(type="ack", id="1", alert="a")
    client.send(type="false_alarm", id="2", alert="a")
    client.send(type="pause", id="3", seconds=60)
    client.send(type="resume", id="4")
    answers = [client.recv() for _ in range(4)]
    assert [(answer["type"], answer["id"]) for answer in answers] == [
        ("ok", "1"),
        ("ok", "2"),
        ("ok", "3"),
        ("ok", "4"),
    ]
    assert daemon.control.asked == [
        ("ack", "a"),
        ("false_alarm", "a"),
        ("pause", 60.0),
        ("resume",),
    ]


def test_a_refusal_is_an_error_with_its_reason(daemon):
    client, _ = daemon.subscribe()
    client.send(type="ack", id="7", alert="unknown")
    answer = client.recv()
    assert (answer["type"], answer["id"]) == ("error", "7")
    assert "There is no alert" in answer["message"]


def test_a_bug_is_answered_and_logged_and_the_connection_lives(daemon, caplog):
    client, _ = daemon.subscribe()
    client.send(type="ack", id="7", alert="broken")
    assert client.recv()["type"] == "error"
    assert "a bug" in caplog.text
    client.send(type="resume", id="8")
    assert client.recv()["type"] == "ok"


@pytest.mark.parametrize(
    ("message", "request_id"),
    [
        ("no json", None),
        (b"\x00\xff", None),
        ("[1, 2]", None),
        ("[" * 9000, None),
        ('{"type": "ack", "id": "5"}', "5"),
        ('{"type": "ack", "id": 5, "alert": "a"}', None),
        ('{"type": "open the door", "id": "6"}', "6"),
        ('{"type": "pause", "id": "7", "seconds": -1}', "7"),
        ('{"type": "pause", "id": "7", "seconds": Infinity}', "7"),
        ('{"type": "pause", "id": "7", "seconds": NaN}', "7"),
        ('{"type": "resume", "id": "8", "extra": 1}', "8"),
        (json.dumps({"type": "resume", "id": "x" * 65}), None),
    ],
)
def test_what_is_no_request_is_an_error(daemon, message, request_id):
    client, _ = daemon.subscribe()
    client.socket.send(message)
    answer = client.recv()
    assert (answer["type"], answer["id"]) == ("error", request_id)
    assert answer["message"]
    assert daemon.control.asked == []
    client.send(type="resume", id="fine")
    assert client.recv()["id"] == "fine"


def test_sixteen_mistakes_are_enough(daemon):
    other, _ = daemon.subscribe()
    client, _ = daemon.subscribe()
    for _ in range(16):
        client.socket.send("no json")
    for _ in range(15):
        assert client.recv()["type"] == "error"
    with pytest.raises(ConnectionClosed):
        client.recv()
    assert client.socket.close_code == 4400
    daemon.alert()
    assert other.recv()["type"] == "alert"


def test_feedback_that_hangs_keeps_nobody_from_a_pause_or_a_replay(daemon):
    daemon.alert()
    for _ in range(MOST_DEFAULT_THREADS + 1):
        daemon.subscribe()[0].send(type="ack", id="1", alert="slow")
    daemon.control.hanging.acquire()
    client, _ = daemon.subscribe(since=0)
    assert client.recv()["id"] == "a"
    client.send(type="pause", id="2", seconds=60)
    client.send(type="resume", id="3")
    assert [client.recv()["id"], client.recv()["id"]] == ["2", "3"]
    assert daemon.control.asked == [("pause", 60.0), ("resume",)]


def test_the_server_stops_although_feedback_hangs(daemon):
    client, _ = daemon.subscribe()
    client.send(type="ack", id="1", alert="slow")
    daemon.control.hanging.acquire()
    stopping = threading.Thread(target=daemon.server.stop)
    stopping.start()
    stopping.join(20)
    stopped = not stopping.is_alive()
    daemon.control.released.set()
    stopping.join()
    assert stopped
    assert client.close_code() == 1001


def test_the_server_stops_although_a_replay_hangs(daemon, monkeypatch):
    daemon.alert()
    reading, released = threading.Event(), threading.Event()

    def hang(*_, **__):
        reading.set()
        released.wait()
        return []

    monkeypatch.setattr(daemon.journal, "since", hang)
    daemon.subscribe(since=0)
    assert reading.wait(30)
    stopping = threading.Thread(target=daemon.server.stop)
    stopping.start()
    stopping.join(20)
    stopped = not stopping.is_alive()
    released.set()
    stopping.join()
    assert stopped


def test_how_channels_get_on_is_told_again_to_who_has_asked(daemon):
    asked, _ = daemon.subscribe()
    other, _ = daemon.subscribe()
    assert not daemon.server.channels_wanted
    asked.send(type="show_channels", id="1")
    told = asked.recv()
    assert (told["type"], told["id"]) == ("channels", "1")
    assert [one["name"] for one in told["channels"]] == ["desktop"]
    assert daemon.server.channels_wanted
    daemon.server.publish_channels(daemon.control.channels())
    daemon.alert()
    assert [asked.recv()["type"] for _ in range(2)] == ["channels", "alert"]
    assert other.recv()["type"] == "alert"


def test_a_test_is_sent_to_a_channel_that_there_is(daemon):
    client, _ = daemon.subscribe()
    client.send(type="send_test", id="1", channel="desktop")
    assert client.recv()["type"] == "ok"
    client.send(type="send_test", id="2", channel="pager")
    assert client.recv()["message"] == "There is no channel 'pager', or it is off."
    assert daemon.control.asked == [("test", "desktop")]
