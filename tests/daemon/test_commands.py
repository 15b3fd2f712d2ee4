"""Every command: its help, the shape of its JSON, its exit status."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import jsonschema
import pytest
from click.testing import CliRunner

from daemon.cli import main
from daemon.doctor import CHECKS
from models.data.labels import EMOTIONS
from models.errors import ModelError
from models.registry import FILES, find

SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"


def validator(name):
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    return jsonschema.Draft202012Validator(schema)


def invoke(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def commands(group=main, path=()):
    """Every command and group by the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_help_says_what_it_does_and_how_to_call_it(words):
    done = invoke(*words, "--help")
    assert done.exit_code == 0
    assert done.stdout.startswith("Usage: ")
    assert "..." not in done.stdout.partition("\n")[2], "nothing is cut short"


# JSON


def test_replay_prints_events_and_nothing_else(scene_recording):
    done = invoke("replay", scene_recording, scene_recording, "--json", "--no-language")
    assert (done.exit_code, done.stderr) == (0, "")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    schema = validator("alert")
    for event in events:
        schema.validate(event)
    numbers = [event["seq"] for event in events]
    half = len(events) // 2
    assert numbers == [*range(1, half + 1)] * 2, "every file is heard from a fresh start"
    assert [event["phase"] for event in events[:half]][0 :: half - 1] == ["raised", "cleared"]
    assert len({event["id"] for event in events}) == 2


def test_replay_for_people_ends_with_the_count(scene_recording):
    done = invoke("replay", scene_recording, "--no-language")
    assert done.exit_code == 0
    assert "raised" in done.stdout.splitlines()[0]
    assert done.stdout.splitlines()[-1] == f"{scene_recording.name}: 1 alert."


def test_analyze(scene_recording):
    done = invoke("analyze", scene_recording, "--no-language", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    verdict = json.loads(done.stdout)
    assert list(verdict) == [
        *("file", "duration_s", "class", "confidence", "emotions", "distress", "level"),
        *("features", "transcript"),
    ]
    assert verdict["file"] == str(scene_recording)
    assert len(verdict["confidence"]) == 8
    assert sum(verdict["confidence"]) == pytest.approx(1.0, abs=1e-3)
    assert verdict["emotions"] == dict(zip(EMOTIONS, verdict["confidence"], strict=True))
    assert verdict["class"] == verdict["confidence"].index(max(verdict["confidence"]))
    assert verdict["distress"] > 0.9
    assert verdict["level"] in {"warning", "critical"}
    assert verdict["transcript"] is None


def test_doctor():
    done = invoke("doctor", "--json")
    findings = json.loads(done.stdout)
    assert set(findings) == set(CHECKS)
    for finding in findings.values():
        assert set(finding) == {"mark", "message", "remedy"}
        assert finding["remedy"] or finding["mark"] == "ok"
    failed = any(finding["mark"] == "failed" for finding in findings.values())
    assert done.exit_code == failed
    said = invoke("doctor").stdout
    assert all(f" {name}: " in said for name in findings), "messages tell the time, and more"


def test_models_list_and_verify():
    try:
        for name in FILES:
            find(name)
    except ModelError as error:
        pytest.skip(f"no model files: {error}")
    for command, names in (
        ("list", list(FILES)),
        ("verify", [name for name, file in FILES.items() if not file.optional]),
    ):
        done = invoke("models", command, "--json")
        assert done.exit_code == 0
        rows = json.loads(done.stdout)
        assert [row["name"] for row in rows] == names
        assert all(Path(row["path"]).is_file() and not row["problem"] for row in rows)


@pytest.mark.slow
def test_status_and_listen_of_a_running_daemon(start_daemon, scene_recording, distressd):
    absent = distressd("status", "--json")
    assert absent.returncode == 1
    assert json.loads(absent.stdout)["running"] is False

    daemon = start_daemon(f"file:{scene_recording}", "--linger")
    status = json.loads(distressd("status", "--json").stdout)
    assert status["running"] is True
    assert status["url"] == daemon.url
    assert status["token_file"] == str(daemon.state / "token")
    assert (status["state"], status["pid"]) == (str(daemon.state), daemon.process.pid)
    assert {"source", "acoustic", "sound_events", "language", "store"} <= set(status["parts"])

    with subprocess.Popen(
        [sys.executable, "-m", "daemon", "listen", "--json"],
        env=os.environ | {"DISTRESSD_STATE": str(daemon.state)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as listening:
        messages = [json.loads(listening.stdout.readline())]
        while messages[-1].get("phase") != "raised":
            messages.append(json.loads(listening.stdout.readline()))
        listening.send_signal(signal.SIGINT)
        _, said = listening.communicate(timeout=60)
    assert listening.returncode == 0
    assert said == f"Connected to {daemon.url}.\n"
    assert messages[0]["type"] == "snapshot"
    schema = validator("server")
    for message in messages:
        schema.validate(message)


# Exit status


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("run --source mike", 2),
        ("run --source mic --pace max", 2),
        ("run --config absent.toml", 2),
        ("replay", 2),
        ("replay absent.wav", 1),
        ("analyze absent.wav", 1),
        ("evaluate --data absent", 2),
        ("bench latency --alerts 0", 2),
        ("models pull yamnot", 2),
        ("config check", 0),
        ("absent", 2),
    ],
)
def test_exit_status(distressd, words, status):
    done = distressd(*words.split())
    assert done.returncode == status
    assert bool(done.stderr) == (status != 0)
    assert "Traceback" not in done.stderr


def test_it_goes_without_language_as_often_as_settings_are_read(start_daemon):
    daemon = start_daemon("stdin", "--no-language", settings="[language]\nenabled = true\n")
    with daemon.subscribe() as subscriber:
        status = subscriber.receive()["language"]
        assert status["state"] == "off"
        assert "--no-language" in status["reason"]
        daemon.process.send_signal(signal.SIGHUP)
        while subscriber.receive()["type"] != "settings":
            pass  # of the source, which has only just begun
    with daemon.subscribe() as subscriber:
        assert subscriber.receive()["language"]["state"] == "off"
    assert daemon.stop() == 0
