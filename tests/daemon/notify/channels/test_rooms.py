"""Several daemons at one real broker, in one view."""

import json

import pytest
from click.testing import CliRunner

from daemon.cli import main
from daemon.notify.channels.made import Surroundings
from daemon.notify.channels.standing import Standing
from daemon.wire.server import SourceStatus


@pytest.fixture
def rooms(broker, tmp_path):
    """Runs ``distressd rooms`` with a configuration that has the broker."""
    config = tmp_path / "rooms.toml"
    words = {name: json.dumps(value) for name, value in broker.settings().items()}
    lines = "\n".join(f"{name} = {value}" for name, value in words.items())
    config.write_text(f"version = 1\n[notify.mqtt.home]\n{lines}\n")

    def run(*arguments):
        return CliRunner().invoke(main, ["rooms", *arguments, "--config", str(config)])

    return run


def test_every_room_is_in_the_view(start, broker, watch, alert, rooms):
    watcher = watch()
    states = {
        "bedroom": Standing((alert("a", level="critical"),), SourceStatus(name="mic", state="ok")),
        "kitchen": Standing((), SourceStatus(name="mic", state="ok", liveness="healthy")),
    }
    for name, standing in states.items():
        around = Surroundings(lambda standing=standing: standing, None)
        start(around, mqtt={"home": broker.settings(daemon=name)})
        watcher.until(f"distressd/{name}/availability")
    done = rooms("--once", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert set(told) == {"bedroom", "kitchen"}
    assert (told["bedroom"]["level"], told["kitchen"]["liveness"]) == ("critical", "healthy")
    text = rooms("--once").stdout
    assert text.index("bedroom") < text.index("kitchen")
    assert "critical scream" in text


def test_a_broker_that_is_gone_is_said(broker, rooms):
    broker.kill()
    done = rooms("--once")
    assert done.exit_code == 1
    assert "cannot be reached" in done.stderr
    done = rooms("garden")
    assert done.exit_code == 2
    assert "There are: home." in done.stderr
