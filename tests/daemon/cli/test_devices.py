import json
from dataclasses import fields

import pytest
from click.testing import CliRunner

from daemon.audio.devices import InputDevice, input_devices
from daemon.cli import main
from daemon.errors import SourceUnavailable


def test_it_lists_what_portaudio_lists():
    try:
        found = input_devices()
    except SourceUnavailable as error:
        pytest.skip(str(error))
    done = CliRunner().invoke(main, ["devices", "--json"])
    assert done.exit_code == 0
    rows = json.loads(done.stdout)
    assert [row["name"] for row in rows] == [device.name for device in found]
    assert all(set(row) == {field.name for field in fields(InputDevice)} for row in rows)
    words = CliRunner().invoke(main, ["devices"]).stdout
    assert all(device.name in words for device in found)
    assert found or "There is no microphone here" in words


def test_without_portaudio_it_says_how_to_get_it(monkeypatch):
    def absent():
        raise SourceUnavailable("The PortAudio library is not installed.", "Install it.")

    monkeypatch.setattr("daemon.audio.portaudio.load", absent)
    done = CliRunner().invoke(main, ["devices"])
    assert done.exit_code == 1
    assert done.stderr == "distressd: The PortAudio library is not installed. Install it.\n"
