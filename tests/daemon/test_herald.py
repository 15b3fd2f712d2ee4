"""What changes beside alerts, as messages; nobody is served here."""

from types import SimpleNamespace

import pytest

from daemon.health import PartHealth
from daemon.herald import Herald
from daemon.wire.channels import Channels, ChannelStatus
from daemon.wire.server import SourceStatus

NOW = "2026-01-01T00:00:00.000000Z"
SOURCE = SourceStatus(name="mic", state="ok", reason="", remedy="", paused_until=None)


class Listeners:
    """A server that keeps what it is to send."""

    def __init__(self):
        self.sent = []
        self.channels_wanted = self.telemetry_wanted = True
        self.publish_status = self.publish_channels = self.publish_vitals = self.sent.append


@pytest.fixture
def server():
    return Listeners()


@pytest.fixture
def shown():
    """How often channels were told that the source has changed."""
    return []


@pytest.fixture
def statuses():
    return [ChannelStatus(name="desktop", sort="desktop", state="ok")]


@pytest.fixture
def herald(server, shown, statuses):
    return Herald(
        server,
        SimpleNamespace(state_changed=lambda: shown.append(1)),
        None,
        SimpleNamespace(stream_s=lambda: 12.5, source=lambda: SOURCE),
        lambda: Channels(time=NOW, stream_s=12.5, id=None, channels=tuple(statuses), reason=""),
    )


def test_the_source_is_told_to_subscribers_and_to_channels_that_show_it(herald, server, shown):
    herald.part("source", PartHealth("ok"))
    (message,) = server.sent
    assert (message.type, message.stream_s, message.source) == ("source", 12.5, SOURCE)
    assert shown == [1]


def test_of_the_parts_those_are_told_that_are_on_the_wire(herald, server, shown):
    herald.part("config", PartHealth("ok"))
    herald.part("notify_desktop", PartHealth("failed", "it died"))
    assert server.sent == []
    herald.part("store", PartHealth("degraded", "the disk is full", "Make room."))
    (message,) = server.sent
    assert message.type == "store"
    assert message.status.model_dump() == {
        "state": "degraded", "reason": "the disk is full", "remedy": "Make room.",
    }  # fmt: skip
    assert shown == []


def test_channels_are_told_when_they_have_changed_and_somebody_asks(herald, server, statuses):
    server.channels_wanted = False
    herald.channels()
    assert server.sent == []
    server.channels_wanted = True
    herald.channels()
    herald.channels()
    assert len(server.sent) == 1
    statuses[0] = statuses[0].model_copy(update={"state": "degraded"})
    herald.channels()
    assert [one.channels[0].state for one in server.sent] == ["ok", "degraded"]


def test_vitals_go_to_who_asked_for_telemetry(herald, server):
    herald.vitals(None)
    server.telemetry_wanted = False
    herald.vitals("vitals")
    assert server.sent == []
    server.telemetry_wanted = True
    herald.vitals("vitals")
    assert server.sent == ["vitals"]
