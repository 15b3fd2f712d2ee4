"""A dump of a machine on which everything private is known, so that it can be looked for."""

import json
import tarfile

import pytest
from click.testing import CliRunner

from daemon.cli import main
from daemon.health import Health
from daemon.store.journal import Journal
from daemon.wire.alert import AlertEvent, Evidence
from daemon.wire.base import rfc3339

TOKEN = "t0ken-" + "x" * 40
SAID = "please-help-me-he-is-here"
PUBLIC = "age1vxqzzp76c42lugflku6c66gtmgmmyt3jxgukmp2z9n66nkq88fnsh02tgx"
PRIVATE = [
    TOKEN,
    SAID,
    "annas-host",
    "Annas-Headset",
    "care-of-anna.example",
    "anna-speaks.gguf",
    "jane-doe",
    "grandma",
    "hunter2",
    "ring-the-neighbour",
    "broker-of-anna",
    "k3y-in-the-path",
    "k3y-in-the-query",
    "topic-of-grandpa",
    "bearer-of-bell",
    "20260131T140000Z",
    "sealed-sound",
    PUBLIC[:20],
]


@pytest.fixture
def machine(tmp_path, monkeypatch):
    home = tmp_path / "jane-doe"
    state = home / "state"
    state.mkdir(parents=True, mode=0o700)
    (state / "token").write_text(TOKEN)
    (state / "token").chmod(0o600)
    (state / "clips").mkdir()
    (state / "clips" / "20260131T140000Z_9s_abc.flac.age").write_text("sealed-sound")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("DISTRESSD_STATE", str(state))
    monkeypatch.setenv("LOGNAME", "jane-doe")
    monkeypatch.setattr("platform.node", lambda: "annas-host.lan")
    monkeypatch.setattr(
        "daemon.support.parts.log",
        lambda: (
            f'alert said "{SAID}" to jane-doe on annas-host, token {TOKEN}\n'
            "channel grandma: works; notify_grandma\n"
            "POST https://hooks.example/k3y-in-the-path/x?key=k3y-in-the-query\n"
            "no answer for /k3y-in-the-path, topic topic-of-grandpa; bearer-of-bell is wrong\n"
            "the broker at broker-of-anna:1883 cannot be reached\n"
            "Listening to Annas-Headset.\n"
        ),
    )
    config = home / "config.toml"
    config.write_text(
        '[audio]\ndevice = "Annas-Headset"\n[serve]\nport = 0\norigins = ["https://care-of-anna.example"]\n'
        '[language]\nlora = "anna-speaks.gguf"\n'
        f'[privacy]\ntranscripts = true\n[clips]\nrecipients = ["{PUBLIC}"]\n'
        '[notify.webhook.grandma]\nurl = "https://hooks.example/k3y-in-the-path/x?key=k3y-in-the-query"\n'
        'secret = "hunter2"\n[notify.apprise.grandpa]\nenabled = false\n'
        'url = "ntfy://topic-of-grandpa"\n'
        '[notify.command.bell]\ncommand = ["ring-the-neighbour", "--key=bearer-of-bell"]\n'
        '[notify.mqtt.home]\nhost = "broker-of-anna"\nusername = "hunter2"\n'
    )
    health = Health()
    journal = Journal.open(state, health=health, transcripts=True, retention_days=9)
    journal.append(
        AlertEvent(
            time=rfc3339(1e9),
            stream_s=1.0,
            id="a",
            phase="raised",
            kind="scream",
            level="critical",
            score=0.9,
            evidence={"audio": Evidence(probability=0.9, weight=1.0, age_s=0.0)},
            why=f"somebody said {SAID}",
            emotions=[],
            sounds=[],
            onset_s=0.5,
            transcript=SAID,
            source="mic",
        )
    )
    journal.close()
    return config


def dump(config, path):
    done = CliRunner().invoke(
        main, ["support-dump", "--config", str(config), "--output", str(path), "--json"]
    )
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def parts_of(config, path):
    """What is in a dump, by the names of its parts."""
    dump(config, path)
    with tarfile.open(path) as archive:
        return {
            entry.name.rpartition("/")[2]: archive.extractfile(entry).read().decode()
            for entry in archive
        }


def test_nothing_private_is_in_it(machine, tmp_path):
    path = tmp_path / "dump.tar.gz"
    told = dump(machine, path)
    assert path.stat().st_mode & 0o777 == 0o600
    with tarfile.open(path) as archive:
        texts = {entry.name: archive.extractfile(entry).read().decode() for entry in archive}
    assert [f"distressd-support/{name}" for name in told["files"]] == list(texts)
    for name, text in texts.items():
        for private in PRIVATE:
            assert private.lower() not in text.lower(), f"{private} is in {name}"


def test_what_helps_is_in_it(machine, tmp_path):
    parts = parts_of(machine, tmp_path / "dump.tar.gz")
    assert "numpy" in json.loads(parts["about.json"])["packages"]
    settings = json.loads(parts["config.json"])
    assert settings["audio"]["device"] == "[set]"
    assert settings["privacy"]["transcripts"] is True
    assert settings["fusion"]["threshold"]["critical"] > 0
    assert json.loads(parts["store.json"])["events"] == {"raised scream critical": 1}
    names = {entry["name"] for entry in json.loads(parts["state.json"])}
    assert {"token", "clips"} < names
    assert sum(name.startswith("clips/") for name in names) == 1
    assert json.loads(parts["doctor.json"])["python"]["mark"] == "ok"
    assert parts["log.txt"].startswith("alert said [quoted] to [name]")


def test_channels_that_are_named_by_our_own_words_leave_it_readable(machine, tmp_path):
    with machine.open("a") as config:
        config.write(
            '[notify.webhook.house]\nurl = "http://homeassistant.local:8123/api/webhook/distressd"\n'
            '[notify.command.tell]\ncommand = ["notify-send", "--urgency=critical", "scream"]\n'
        )
    parts = parts_of(machine, tmp_path / "dump.tar.gz")
    assert json.loads(parts["store.json"])["events"] == {"raised scream critical": 1}
    assert "distressd" in json.loads(parts["about.json"])["packages"]
    assert json.loads(parts["config.json"])["fusion"]["threshold"]["critical"] > 0
    assert not [name for name, text in parts.items() if "homeassistant.local" in text]


def test_a_running_daemon_is_asked(start_daemon, distressd, scene_recording, tmp_path):
    daemon = start_daemon(f"file:{scene_recording}", "--linger")
    path = tmp_path / "dump.tar.gz"
    done = distressd("support-dump", "--output", path, "--json")
    assert done.returncode == 0, done.stderr
    assert {"readyz.json", "metrics.txt"} <= set(json.loads(done.stdout)["files"])
    with tarfile.open(path) as archive:
        text = archive.extractfile("distressd-support/metrics.txt").read().decode()
        everything = b"".join(archive.extractfile(entry).read() for entry in archive)
    assert "distressd_hops_total" in text
    assert daemon.token.encode() not in everything


def test_an_existing_file_is_not_written_over(machine, tmp_path):
    path = tmp_path / "dump.tar.gz"
    path.write_text("mine")
    done = CliRunner().invoke(
        main, ["support-dump", "--config", str(machine), "--output", str(path)]
    )
    assert done.exit_code == 1
    assert "is there already" in done.stderr
    assert path.read_text() == "mine"


def test_a_broken_store_does_not_stop_it(machine, tmp_path):
    (machine.parent / "state" / "journal.sqlite3").write_bytes(b"rubbish" * 1000)
    path = tmp_path / "dump.tar.gz"
    dump(machine, path)
    with tarfile.open(path) as archive:
        store = json.loads(archive.extractfile("distressd-support/store.json").read())
    assert "cannot be read" in store["error"]
