"""What a server really sends on a path is what the AsyncAPI document has there."""

import json
from pathlib import Path

import jsonschema
import pytest

from daemon.wire.base import rfc3339
from daemon.wire.server import PartChanged, PartStatus, SourceChanged, Vitals

NOW = 1_700_000_000.0
DOCUMENT = json.loads((Path(__file__).parents[3] / "docs" / "asyncapi.json").read_text())
COMMON = {"time": rfc3339(NOW), "stream_s": 1.0}


def promised(channel):
    """The messages that the daemon may send there, by name, each with what it has to look like."""
    messages = DOCUMENT["operations"][f"tell{channel.capitalize()}"]["messages"]
    names = [message["$ref"].rpartition("/")[2] for message in messages]
    return {
        name: jsonschema.Draft202012Validator(DOCUMENT | {"$ref": f"#/components/schemas/{name}"})
        for name in names
    }


def named(message, known):
    """As which one of the messages that are ``known`` this one passes."""
    found = [name for name, validator in known.items() if validator.is_valid(message)]
    assert len(found) == 1, (found, message)
    return found[0]


def test_everything_that_is_promised_of_alerts_comes_as_it_is_promised(daemon):
    client, first = daemon.subscribe()
    other, _ = daemon.subscribe()
    daemon.alert("a")
    received = [first, client.recv(), other.recv()]
    day = {"since": rfc3339(NOW - 3_600), "until": rfc3339(NOW + 3_600)}
    for number, request in enumerate(
        (
            {"type": "ack", "alert": "a"},
            {"type": "ack", "alert": "unknown"},
            {"type": "list_alerts", "since": day["since"]},
            {"type": "show_alert", "alert": "a"},
            {"type": "list_hours", **day},
            {"type": "list_minutes", **day},
            {"type": "show_settings"},
            {"type": "show_channels"},
            {"type": "sign_in"},
        )
    ):
        client.send(id=str(number), **request)
        received.append(client.recv())
        assert received[-1]["id"] == str(number)
    received.append(other.recv())
    daemon.server.publish_status(SourceChanged(**COMMON, source=daemon.source))
    daemon.server.publish_status(
        PartChanged(**COMMON, type="language", status=PartStatus(state="ok"))
    )
    received += [client.recv(), client.recv()]
    known = promised("alerts")
    assert {named(message, known) for message in received} == set(known)


@pytest.mark.parametrize(("batch", "kind"), [(1, "Telemetry"), (4, "TelemetryBatch")])
def test_what_is_heard_comes_as_it_is_promised(daemon, sample, batch, kind):
    client, snapshot = daemon.subscribe("/v1/telemetry", batch=batch)
    daemon.server.publish_telemetry(sample(0.05))
    vitals = {"hops_per_s": 100.0, "last_sound": None, "obstacles": (), "language": None}
    known = promised("telemetry")
    seen = {named(snapshot, known)}
    while seen != {"Snapshot", "Vitals", kind}:
        daemon.server.publish_vitals(Vitals(**COMMON, **vitals))  # what was gathered comes with it
        seen.add(named(client.recv(), known))
