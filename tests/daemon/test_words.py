"""What is said, from a recording to an alert that carries it: real models, real processes."""

import json
import signal

import jsonschema
import psutil
import pytest
import soundfile

from daemon.wire.schema import schemas
from models.language.verdict import as_heard
from models.reasoner import Reasoner

pytestmark = pytest.mark.slow
LANGUAGE = "[language]\nllm = ''\n[privacy]\ntranscripts = true\n"


def test_replay_tells_what_was_said_and_alerts_carry_it(distressd, language_models, call_for_help):
    done = distressd("replay", call_for_help, "--json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    schema = schemas()
    for event in events:
        jsonschema.Draft202012Validator(schema[event["type"]]).validate(event)
    said = [e for e in events if e["type"] == "utterance" and "help" in e["transcript"].lower()]
    assert said, events
    assert said[0]["distress"] > 0.7
    assert said[0]["category"] not in {None, "none"}
    assert said[0]["reason"]
    heard = said[0]["transcript"]
    together, alone = Reasoner()(heard, explained=True), Reasoner(None)(heard)
    assert said[0]["distress"] == pytest.approx(together.probability, abs=1e-3)
    assert abs(said[0]["distress"] - alone.probability) > 5e-3, "the language model takes part"
    assert said[0]["words"][0]["start_s"] >= said[0]["start_s"]
    updated = [e for e in events if e["type"] == "alert" and e["phase"] == "updated"]
    carrying = [e for e in updated if e["transcript"] == said[0]["transcript"]]
    assert carrying, updated
    weighed = carrying[0]["evidence"]["text"]["probability"]
    assert weighed == pytest.approx(as_heard(said[0]["distress"]))
    assert carrying[0]["category"] == said[0]["category"]
    assert "help" not in carrying[0]["why"].replace("a call for help", "")


def test_the_daemon_amends_its_alert_with_words(start_daemon, call_for_help):
    daemon = start_daemon(f"file:{call_for_help}", "--linger", "--pace", "max", settings=LANGUAGE)
    with daemon.subscribe() as subscriber:
        snapshot = subscriber.receive()
        assert snapshot["language"]["state"] in {"starting", "degraded", "ok"}
        epoch = snapshot["epoch"]
    with daemon.subscribe(since=0, epoch=epoch) as subscriber:
        subscriber.receive()
        events = subscriber.alerts("cleared")
    spoken = [event for event in events if event["transcript"]]
    assert spoken
    assert spoken[0]["phase"] == "updated"
    assert "text" in spoken[0]["evidence"]
    assert daemon.stop() == 0
    log = daemon.log.read_text().lower()
    assert spoken[0]["id"] in log
    said = {event["transcript"].lower() for event in spoken}
    assert [words for words in (*said, "ambulance", "help me") if words in log] == []


def test_a_killed_worker_costs_words_and_no_alert(start_daemon, call_for_help):
    daemon = start_daemon("stdin", "--linger", settings=LANGUAGE)
    with daemon.subscribe() as subscriber:
        message = subscriber.receive()
        language = message["language"]
        while language["state"] not in {"ok", "degraded"}:
            message = subscriber.receive()
            language = message["status"] if message["type"] == "language" else language
        (worker,) = [
            child
            for child in psutil.Process(daemon.process.pid).children()
            if "daemon.language.worker" in " ".join(child.cmdline())
        ]
        worker.send_signal(signal.SIGKILL)
        samples, _ = soundfile.read(call_for_help, dtype="int16")
        daemon.process.stdin.write(samples.tobytes())
        daemon.process.stdin.flush()
        seen = []
        while not {"lost", "raised", "back"} <= set(seen):
            message = subscriber.receive()
            if message["type"] == "alert":
                seen.append(message["phase"])
            elif message["type"] == "language":
                lost = "lost" in message["status"]["reason"]
                seen.append("lost" if lost else "back")
    assert daemon.process.poll() is None
    children = psutil.Process(daemon.process.pid).children()
    daemon.stop()
    _, alive = psutil.wait_procs(children, timeout=120)
    assert not alive


def test_analyze_writes_down_what_is_said(distressd, call_for_help):
    done = distressd("analyze", call_for_help, "--json")
    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout)
    assert "help" in verdict["transcript"].lower()
    assert verdict["level"] in {"warning", "critical"}
