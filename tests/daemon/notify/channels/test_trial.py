"""``distressd notify test`` against a real server."""

import json

import pytest
from click.testing import CliRunner

from daemon.cli import main

SETTINGS = """version = 1
[quiet_hours]
enabled = true
start = 00:00:00
end = 23:59:59
[notify]
desktop = false
[notify.webhook.care]
url = "{url}"
level = "critical"
[notify.webhook.gone]
url = "http://127.0.0.1:1/a-key"
[notify.command.off]
enabled = false
command = ["false"]
"""


@pytest.fixture
def invoke(receiver, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(SETTINGS.format(url=receiver.url))

    def run(*words, config=config):
        return CliRunner().invoke(main, ["notify", "test", *words, "--config", str(config)])

    return run


def test_every_channel_is_tried_and_one_that_fails_is_said(invoke, receiver):
    done = invoke("--json")
    assert done.exit_code == 1
    care, gone = json.loads(done.stdout)
    assert (care["channel"], care["delivered"]) == ("care", True)
    assert (gone["channel"], gone["delivered"]) == ("gone", False)
    assert "does not answer" in gone["reason"]
    assert "a-key" not in done.output
    told = receiver.next()
    assert (told["type"], told["title"], told["alert"]) == ("test", "Test of distressd", None)


def test_one_is_tried_alone(invoke, receiver):
    done = invoke("care")
    assert (done.exit_code, done.stdout) == (0, "care: delivered\n")
    assert receiver.next()["type"] == "test"
    done = invoke("gone")
    assert done.exit_code == 1
    assert done.stdout.startswith("gone: the address does not answer")


def test_a_channel_that_there_is_not_is_named_with_those_that_there_are(invoke, tmp_path):
    for name in ("nobody", "off"):
        done = invoke(name)
        assert done.exit_code == 2
        assert f"no channel '{name}'" in done.stderr
        assert "There are: care, gone." in done.stderr
    none = tmp_path / "none.toml"
    none.write_text("version = 1\n[notify]\ndesktop = false\n")
    assert "No channel is switched on" in invoke(config=none).stderr
