import asyncio
import socket
import threading
from itertools import islice

import pytest
from websockets.asyncio.server import serve

from daemon.errors import ServeError, UsageError
from daemon.serve.client import Address, DaemonAbsent, Follower

TOKEN = "t" * 43


class Wanted:
    """Where the follower looks, and what it said; ``on_wait`` happens instead of waiting."""

    def __init__(self):
        self.url = ""
        self.token = TOKEN
        self.said = []
        self.waited = []
        self.on_wait = lambda: None

    def find(self):
        if not self.url:
            raise DaemonAbsent("No daemon runs.")
        return Address(self.url, self.token)

    def wait(self, seconds):
        self.waited.append(seconds)
        self.on_wait()

    def messages(self):
        return Follower(self.find, self.said.append, self.wait).messages()


@pytest.fixture
def wanted():
    return Wanted()


def test_an_absent_daemon_is_said_once_and_waited_for(start, wanted):
    def on_wait():
        if len(wanted.waited) == 8:
            daemon = start()
            wanted.url = daemon.server.url

    wanted.on_wait = on_wait
    messages = wanted.messages()
    assert next(messages)["type"] == "snapshot"
    assert wanted.said == ["No daemon runs. Waiting for one.", f"Connected to {wanted.url}."]
    assert wanted.waited == [0.5, 1, 2, 4, 8, 10, 10, 10]
    messages.close()


def test_over_a_restart_every_alert_comes_once(start, wanted):
    first = start()
    first.alert("before")
    wanted.url = first.server.url
    messages = wanted.messages()
    assert next(messages)["seq"] == 1
    first.alert("a")
    assert next(messages)["id"] == "a"

    def restart():
        if len(wanted.waited) == 1:
            second = start()
            second.alert("b")
            wanted.url = second.server.url

    wanted.on_wait = restart
    first.stop()
    snapshot, *alerts = islice(messages, 4)
    assert snapshot["type"] == "snapshot"
    assert [(one["seq"], one["id"], one["phase"]) for one in alerts] == [
        (3, "before", "cleared"),
        (4, "a", "cleared"),
        (5, "b", "raised"),
    ]
    assert "the daemon stopped" in wanted.said[1]
    messages.close()


def test_another_store_is_begun_anew(start, wanted, tmp_path):
    first = start()
    for number in range(5):
        first.alert(str(number))
    wanted.url = first.server.url
    messages = wanted.messages()
    assert next(messages)["seq"] == 5

    def replace():
        (tmp_path / "other").mkdir(exist_ok=True)
        wanted.other = start(tmp_path / "other")
        wanted.url = wanted.other.server.url

    wanted.on_wait = replace
    first.stop()
    assert next(messages)["seq"] == 0
    wanted.other.alert("new")
    assert next(messages)["seq"] == 1
    messages.close()


@pytest.mark.parametrize("path", ["", "/", "/v1/alerts"])
def test_the_path_may_be_given_or_left_out(daemon, wanted, path):
    wanted.url = daemon.server.url + path
    messages = wanted.messages()
    assert next(messages)["type"] == "snapshot"
    messages.close()


def test_a_wrong_token_ends_it(daemon, wanted):
    wanted.url, wanted.token = daemon.server.url, "mistaken"
    with pytest.raises(ServeError, match=r"refuses: wrong token.*DISTRESSD_STATE"):
        next(wanted.messages())


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "ws://"])
def test_an_address_that_is_none_ends_it(wanted, url):
    wanted.url = url
    with pytest.raises(UsageError, match="no WebSocket address"):
        next(wanted.messages())


def test_a_port_where_nobody_listens_is_tried_again(daemon, wanted):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        wanted.url = f"ws://127.0.0.1:{taken.getsockname()[1]}"

        def found():
            wanted.url = daemon.server.url

        wanted.on_wait = found
        messages = wanted.messages()
        assert next(messages)["type"] == "snapshot"
    assert "No daemon answers" in wanted.said[0]
    messages.close()


def test_a_server_of_another_kind_is_said(wanted):
    ready, done = threading.Event(), []

    async def main():
        async def answer(connection):
            await connection.recv()
            await connection.send("good day")

        async with serve(answer, "127.0.0.1", 0) as server:
            done.append((asyncio.get_running_loop(), stopping := asyncio.Event()))
            wanted.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            ready.set()
            await stopping.wait()

    thread = threading.Thread(target=asyncio.run, args=(main(),))
    thread.start()
    ready.wait()
    try:
        with pytest.raises(ServeError, match="no distressd"):
            next(wanted.messages())
    finally:
        loop, stopping = done[0]
        loop.call_soon_threadsafe(stopping.set)
        thread.join()
