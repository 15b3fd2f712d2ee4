import json
import socket

import pytest
from prometheus_client.parser import text_string_to_metric_families

from daemon.wire.server import SourceStatus


def test_healthz_says_that_it_is_alive(daemon):
    daemon.health.report("source", "unavailable", "no microphone")
    status, headers, body = daemon.http("GET /healthz HTTP/1.1")
    assert status == "HTTP/1.1 200 OK"
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == {"alive": True}


def test_readyz_needs_the_source_and_the_ear(daemon):
    status, _, body = daemon.http("GET /readyz HTTP/1.1")
    assert status == "HTTP/1.1 200 OK"
    assert json.loads(body)["ready"] is True
    assert json.loads(body)["parts"]["language"] == {
        "state": "unavailable",
        "reason": "not there",
        "remedy": "install it",
    }
    for part in ("source", "acoustic"):
        daemon.health.report(part, "unavailable", "gone", "bring it back", {"tries": 2})
        status, _, body = daemon.http("GET /readyz HTTP/1.1")
        assert status == "HTTP/1.1 503 Service Unavailable"
        answer = json.loads(body)
        assert answer["ready"] is False
        assert answer["parts"][part]["reason"] == "gone"
        assert answer["parts"][part]["figures"] == {"tries": 2}
        daemon.health.report(part, "ok")


def test_readyz_says_what_is_in_the_way_although_every_part_is_ok(daemon):
    answer = json.loads(daemon.http("GET /readyz HTTP/1.1")[2])
    assert answer["obstacles"] == []
    assert answer["paused_until"] is None
    daemon.obstacles = ["Nothing has been heard for 7 s."]
    status, _, body = daemon.http("GET /readyz HTTP/1.1")
    assert status == "HTTP/1.1 503 Service Unavailable"
    assert json.loads(body)["ready"] is False
    assert json.loads(body)["obstacles"] == ["Nothing has been heard for 7 s."]
    daemon.obstacles = []
    assert daemon.http("GET /readyz HTTP/1.1")[0] == "HTTP/1.1 200 OK"


def test_readyz_tells_of_a_pause_and_stays_ready(daemon):
    daemon.source = SourceStatus(name="file", state="ok", paused_until="2026-01-02T03:04:05.000Z")
    status, _, body = daemon.http("GET /readyz HTTP/1.1")
    assert status == "HTTP/1.1 200 OK"
    assert json.loads(body)["paused_until"] == "2026-01-02T03:04:05.000Z"


def test_metrics_count_what_happened(daemon):
    client, _ = daemon.subscribe()
    daemon.alert()
    client.recv()
    daemon.connect().hello("wrong").close_code()
    daemon.metrics.watch("distressd_hops", "Hops heard.", lambda: 3, counter=True)
    daemon.metrics.watch("distressd_ring_fill", "Seconds in the ring.", lambda: 1.5)
    daemon.metrics.watch_health(daemon.health)
    status, headers, body = daemon.http("GET /metrics HTTP/1.1")
    assert status == "HTTP/1.1 200 OK"
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }
    assert samples["distressd_alert_events_total", "critical", "raised", "scream"] == 1
    assert samples["distressd_subscribers", "/v1/alerts"] == 1
    assert samples["distressd_refusals_total", "4401"] == 1
    assert samples["distressd_hops_total",] == 3
    assert samples["distressd_store_pending",] == 0
    assert samples["distressd_ring_fill",] == 1.5
    assert samples["distressd_part_ok", "language", "unavailable"] == 0
    assert samples["distressd_part_ok", "ok", "source"] == 1
    assert samples["distressd_alert_stage_seconds_count", "store"] == 1


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/nothing"])
def test_head_is_get_without_the_body(daemon, path):
    got = daemon.http(f"GET {path} HTTP/1.1")
    head = daemon.http(f"HEAD {path} HTTP/1.1")
    assert head[0] == got[0]
    assert head[2] == ""
    assert head[1]["Content-Type"] == got[1]["Content-Type"]
    assert int(head[1]["Content-Length"]) > 0


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
@pytest.mark.parametrize("body", ["", "\r\nContent-Length: 5"])
def test_other_methods_are_405(daemon, method, body):
    status, headers, _ = daemon.http(f"{method} /readyz HTTP/1.1{body}")
    assert status == "HTTP/1.1 405 Method Not Allowed"
    assert headers["Allow"] == "GET, HEAD"


def test_a_request_in_pieces_is_one(daemon):
    with socket.create_connection(("127.0.0.1", daemon.server.port), timeout=30) as raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        host = f"Host: 127.0.0.1:{daemon.server.port}"
        for piece in ("H", "EA", "D /heal", "thz HTTP/1.1\r\n", host, "\r\n\r", "\n"):
            raw.sendall(piece.encode())
        assert raw.recv(65536).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "nonsense", [b"\x16\x03\x01\x02\x00" * 10, b"\r\n\r\n", b"GET\r\n\r\n", b"A" * 100_000]
)
def test_nonsense_hurts_nobody(daemon, nonsense):
    subscriber, _ = daemon.subscribe()
    with socket.create_connection(("127.0.0.1", daemon.server.port), timeout=30) as raw:
        raw.sendall(nonsense)
        daemon.alert()
        assert subscriber.recv()["type"] == "alert"


def test_a_foreign_page_reads_nothing(daemon):
    for header in ("Origin: https://evil.example", "Origin: null"):
        status, _, body = daemon.http(f"GET /metrics HTTP/1.1\r\n{header}")
        assert status == "HTTP/1.1 403 Forbidden"
        assert "distressd_" not in body
    status, _, _ = daemon.http("GET /readyz HTTP/1.1", host="evil.example")
    assert status == "HTTP/1.1 403 Forbidden"


def test_a_browser_at_the_subscription_is_told_what_it_is(daemon):
    status, headers, _ = daemon.http("GET /v1/alerts HTTP/1.1")
    assert status == "HTTP/1.1 426 Upgrade Required"
    assert headers["Upgrade"] == "websocket"
