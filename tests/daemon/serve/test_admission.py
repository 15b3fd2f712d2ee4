import json
import socket

import pytest
from websockets.exceptions import InvalidStatus

from daemon.serve.connection import MAX_WAITING


def refusals(daemon, code):
    return daemon.metrics.registry.get_sample_value("distressd_refusals_total", {"code": str(code)})


@pytest.mark.parametrize(
    "message",
    [
        "no json",
        b"\x00",
        "{}",
        "null",
        '{"type": "ack", "id": "1", "alert": "a"}',
        '{"type": "hello", "v": 2, "token": "t"}',
        '{"type": "hello", "since": -1}',
        '{"type": "hello", "unknown": true}',
        json.dumps({"type": "hello", "token": "t" * 300}),
        "[" * 9000,
    ],
)
def test_a_malformed_hello_is_4400(daemon, message):
    client = daemon.connect()
    client.socket.send(message)
    assert client.close_code() == 4400
    assert "hello" in client.close_reason
    assert refusals(daemon, 4400) == 1


def test_no_hello_is_4400(daemon):
    other, _ = daemon.subscribe()
    client = daemon.connect()
    daemon.alert()
    assert other.recv()["type"] == "alert"
    assert client.close_code() == 4400
    assert "no hello within 2 s" in client.close_reason


@pytest.mark.parametrize("token", ["", "mistaken", "T" * 43, "t" * 42, "é" * 10])
def test_a_wrong_token_is_4401_and_in_no_log(daemon, token, caplog):
    caplog.set_level("DEBUG", "daemon")
    daemon.alert()
    client = daemon.connect().hello(token)
    assert client.close_code() == 4401
    assert "t" * 43 not in caplog.text
    assert not token or token not in caplog.text
    assert "wrong token" in caplog.text


@pytest.mark.parametrize("path", ["/v1/alerts", "/v1/telemetry", "/", "/healthz", "/nowhere"])
@pytest.mark.parametrize(
    "query", [f"token={'t' * 43}", f"x=1&{'t' * 43}", f"%74oken={'%74' * 43}", "token=mistaken"]
)
def test_a_token_in_an_address_is_refused_and_in_no_log(daemon, caplog, path, query):
    caplog.set_level("DEBUG")
    before = len(caplog.text)
    with pytest.raises(InvalidStatus) as refused:
        daemon.connect(f"{path}?{query}")
    assert refused.value.response.status_code == 400
    assert b"first message" in refused.value.response.body
    said = "".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("websockets")
    )
    assert len(caplog.text) > before
    assert "a token in an address" in said
    for secret in ("t" * 43, "%74" * 43, "mistaken"):
        assert secret not in said


def test_the_right_token_is_in_no_log(daemon, caplog):
    caplog.set_level("DEBUG", "daemon")
    daemon.subscribe()
    client = daemon.connect()
    client.socket.send(json.dumps({"type": "hello", "token": "t" * 43, "unknown": "t" * 43}))
    assert client.close_code() == 4400
    assert "t" * 43 not in caplog.text + client.close_reason


@pytest.mark.parametrize("hello", [True, False])
def test_a_message_that_is_too_big_is_1009(start, hello):
    daemon = start(max_message_bytes=1024)
    client = daemon.connect()
    if hello:
        client.hello()
    client.socket.send("x" * 1025)
    assert client.close_code() == 1009
    other, _ = daemon.subscribe()
    daemon.alert()
    assert other.recv()["type"] == "alert"


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example",
        "http://127.0.0.1",
        "https://care.example.evil.example",
        "https://care.example:444",
        "http://care.example",
        "https://CARE.example",
    ],
)
def test_a_foreign_origin_is_4403_even_with_the_token(start, origin):
    daemon = start(origins=["https://care.example"])
    client = daemon.connect(origin=origin)
    assert client.close_code() == 4403
    assert "Origin" in client.close_reason
    assert refusals(daemon, 4403) == 1


def test_the_dashboards_own_origin_is_foreign_until_it_has_a_session(daemon):
    client = daemon.connect(origin=f"http://127.0.0.1:{daemon.server.port}")
    assert client.close_code() == 4403


def test_a_listed_origin_needs_the_token_too(start):
    daemon = start(origins=["https://care.example"])
    client = daemon.connect(origin="https://care.example").hello("wrong")
    assert client.close_code() == 4401
    client = daemon.connect(origin="https://care.example").hello()
    assert client.recv()["type"] == "snapshot"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "0.0.0.0", "care"])
def test_a_foreign_host_is_4403(daemon, host):
    client = daemon.connect(name=host)
    assert client.close_code() == 4403
    assert "Host" in client.close_reason


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "[::1]", "care.example"])
def test_own_names_are_admitted(start, host):
    daemon = start(hosts=["care.example"])
    client = daemon.connect(name=host).hello()
    assert client.recv()["type"] == "snapshot"


def test_another_port_in_host_is_foreign(daemon):
    status, _, _ = daemon.http("GET /healthz HTTP/1.1", host="127.0.0.1:1")
    assert status == "HTTP/1.1 403 Forbidden"


def test_there_is_room_for_so_many(start):
    daemon = start(max_subscribers=2)
    first, _ = daemon.subscribe()
    daemon.subscribe()
    late = daemon.connect().hello()
    assert late.close_code() == 1013
    assert "2 subscribers already" in late.close_reason
    daemon.alert()
    assert first.recv()["type"] == "alert"


def test_silent_connections_push_out_each_other_and_nobody_else(daemon, caplog):
    subscriber, _ = daemon.subscribe()
    silent = [
        socket.create_connection(("127.0.0.1", daemon.server.port)) for _ in range(MAX_WAITING + 20)
    ]
    try:
        newcomer, snapshot = daemon.subscribe()
        assert snapshot["type"] == "snapshot"
        daemon.alert()
        assert subscriber.recv() == newcomer.recv()
    finally:
        for one in silent:
            one.close()
    assert sum("too many wait for hello" in line for line in caplog.messages) == 1


def frame(opcode, payload):
    """A short frame of a client, masked with zeros."""
    return bytes((0x80 | opcode, 0x80 | len(payload), 0, 0, 0, 0)) + payload


@pytest.mark.parametrize("hello", [True, False])
def test_pings_whose_answers_nobody_reads_end_the_connection(daemon, caplog, hello):
    subscriber, _ = daemon.subscribe()
    handshake = (
        f"GET /v1/alerts HTTP/1.1\r\nHost: 127.0.0.1:{daemon.server.port}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    said = {"type": "hello", "v": 1, "token": "t" * 43}
    pings = frame(9, bytes(125)) * 100_000
    with socket.socket() as raw:
        raw.settimeout(30)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", daemon.server.port))
        raw.sendall(handshake.encode())
        assert raw.recv(4096).startswith(b"HTTP/1.1 101 ")
        if hello:
            raw.sendall(frame(1, json.dumps(said).encode()))
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            raw.sendall(pings)
    assert "it sends and does not read" in caplog.text
    assert refusals(daemon, 0) == 1
    daemon.alert()
    assert subscriber.recv()["type"] == "alert"


def test_the_same_refusal_is_logged_once(daemon, caplog):
    for _ in range(3):
        assert daemon.connect().hello("wrong").close_code() == 4401
    assert sum("wrong token" in line for line in caplog.messages) == 1
    assert daemon.connect(origin="null").close_code() == 4403
    assert sum("Origin" in line for line in caplog.messages) == 1


def test_another_text_each_time_fills_no_log(daemon, caplog):
    for attempt in range(10):
        client = daemon.connect()
        client.socket.send(json.dumps({"type": "hello", "v": 1, f"unknown{attempt}": 1}))
        assert client.close_code() == 4400
    for attempt in range(10):
        daemon.http("GET /healthz HTTP/1.1", host=f"evil{attempt}.example")
    assert sum("hello expected" in line for line in caplog.messages) == 1
    assert sum("foreign Host" in line for line in caplog.messages) == 1
    assert refusals(daemon, 4400) == refusals(daemon, 403) == 10
    daemon.server.stop()
    assert caplog.messages.count("… and 18 more refusals; /metrics counts all by kind") == 1


@pytest.mark.parametrize("path", ["/healthz", "/v2/alerts", "/v1/alerts/", "/logout"])
def test_other_paths_are_no_subscription(daemon, path):
    with pytest.raises(InvalidStatus) as refused:
        daemon.connect(path)
    assert refused.value.response.status_code == (200 if path == "/healthz" else 404)
