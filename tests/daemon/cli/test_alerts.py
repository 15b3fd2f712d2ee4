"""The commands over what is kept, without a daemon; tests/daemon/test_looking_back.py has one."""

import csv
import io
import json
import re
import time
from dataclasses import replace

import pytest
from click.testing import CliRunner

from daemon.cli import main
from daemon.health import Health
from daemon.store.journal import Journal
from daemon.store.minute import Minute
from daemon.wire.alert import AlertEvent
from daemon.wire.base import rfc3339

HOUR_S = 3_600
NAMES = ("Screaming", "Whimper")


def event(alert, phase, wall, level="warning", **changes):
    return AlertEvent(
        **{
            "time": rfc3339(wall),
            "stream_s": 1.0,
            "id": alert,
            "phase": phase,
            "kind": "scream",
            "level": level,
            "score": 0.8,
            "evidence": {"audio": {"probability": 0.9, "weight": 1.0, "age_s": 0.0}},
            "emotions": (),
            "sounds": ({"label": "Screaming", "score": 0.9},),
            "transcript": "please stop",
            "why": f"A scream in {alert}, <b>loud</b>.",
            "source": "mic",
            "onset_s": 0.5,
            **changes,
        }
    )


def minute(start):
    return Minute(start, 6_000, 900, -50.0, -20.0, 0.7, 0.1, {"Whimper": 0.4}, {"fearful": 0.6})


@pytest.fixture
def state(tmp_path, monkeypatch):
    """A state folder with two alerts, one of now and one of ten days ago, and some minutes."""
    monkeypatch.setenv("DISTRESSD_STATE", str(tmp_path / "state"))
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    now = time.time()
    with Journal.open(folder, health=Health(), transcripts=True) as journal:
        for name, wall in (("old-one", now - 10 * 24 * HOUR_S), ("new-one", now - HOUR_S)):
            journal.append(event(name, "raised", wall))
            journal.append(event(name, "updated", wall + 2, "critical", score=0.95))
            journal.append(event(name, "cleared", wall + 9, "critical", reason="ended"))
        journal.append(event("play", "raised", now - HOUR_S, source="demo"))
        first = int(now // 60) * 60 - 2 * HOUR_S
        for start in (*range(first, first + 1_800, 60), *range(first + 3_600, first + 5_400, 60)):
            journal.minute(minute(start))
    return folder


def invoke(*words, status=0):
    done = CliRunner().invoke(main, [*words])
    assert done.exit_code == status, done.output + repr(done.exception)
    return done


def test_list_show_and_export(state):
    (newest,) = json.loads(invoke("alerts", "list", "--json").stdout)
    assert (newest["id"], newest["level"], newest["score"]) == ("new-one", "critical", 0.95)
    both = json.loads(invoke("alerts", "list", "--since", "30d", "--json").stdout)
    assert [one["id"] for one in both] == ["old-one", "new-one"], "no demonstrations"
    assert "new-one" in invoke("alerts", "list", "--level", "critical").stdout
    assert invoke("alerts", "list", "--kind", "crying").stdout == ""

    told = json.loads(invoke("alerts", "show", "new", "--json").stdout)
    assert [one["phase"] for one in told["events"]] == ["raised", "updated", "cleared"]
    assert "please stop" not in invoke("alerts", "show", "new-one").stdout

    rows = list(csv.DictReader(io.StringIO(invoke("alerts", "export", "--since", "30d").stdout)))
    assert [row["id"] for row in rows] == ["old-one", "new-one"]
    out = state.parent / "alerts.json"
    invoke("alerts", "export", "--format", "json", "--out", str(out))
    assert [one["id"] for one in json.loads(out.read_text())] == ["new-one"]
    assert "please stop" not in out.read_text()


def test_what_was_said_is_listed_and_taken_back(state):
    assert invoke("alerts", "ack", "new").stdout == "Alert new-one: acknowledged.\n"
    invoke("alerts", "false-alarm", "old-one")
    found = json.loads(invoke("alerts", "feedback", "--json").stdout)
    assert {one["id"]: one["said"] for one in found} == {
        "new-one": "ack",
        "old-one": "false_alarm",
    }
    invoke("alerts", "revoke", "old-one")
    (left,) = json.loads(invoke("alerts", "feedback", "--json").stdout)
    assert left["id"] == "new-one"
    assert "Nobody has said" in invoke("alerts", "revoke", "old-one", status=1).output


@pytest.mark.parametrize("words", [("show", "x"), ("ack", "x"), ("ack", ""), ("revoke", "x")])
def test_an_alert_that_does_not_exist_is_a_sentence(state, words):
    done = invoke("alerts", *words, status=2)
    assert re.match(r"distressd: There is no alert '.?', or more than one begins so\.", done.output)


def test_what_is_usual_about_this_time_is_listed(state):
    now = int(time.time() // 60) * 60
    with Journal.open(state, health=Health()) as journal:
        for start in range(now - 24 * HOUR_S, now - 24 * HOUR_S + 900, 60):
            journal.minute(replace(minute(start), sounds={"Television": 0.5}))
    told = json.loads(invoke("alerts", "usual", "--json").stdout)
    assert told["heard"]["Television"] == 1
    assert told["days"] >= 1
    assert re.search(r"1 of \d days?  Television", invoke("alerts", "usual").stdout)


def test_demonstrations_take_no_word(state):
    assert "was a demonstration" in invoke("alerts", "ack", "play", status=1).output


def test_an_empty_store_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setenv("DISTRESSD_STATE", str(tmp_path / "none"))
    assert json.loads(invoke("alerts", "list", "--json").stdout) == []
    assert invoke("alerts", "export").stdout.startswith("id,raised,")
    invoke("forget", "--all", "--yes")
    for command in ("pause", "resume"):
        words = (command, "30m") if command == "pause" else (command,)
        assert "No daemon runs" in invoke(*words, status=1).output
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("word", ["soon", "2026-13-01", "7 y", "", "1e400d"])
def test_a_time_that_is_none_is_said(state, word):
    assert "no time" in invoke("alerts", "list", "--since", word, status=2).output


def test_report(state, tmp_path, monkeypatch):
    out = tmp_path / "report.html"
    told = json.loads(invoke("report", "--since", "30d", "--out", str(out), "--json").stdout)
    assert (told["alerts"], told["hours_listened"], told["gaps"]) == (2, 1.0, 2)
    text = out.read_text()
    assert "&lt;b&gt;loud&lt;/b&gt;" in text
    assert "please stop" not in text
    empty = tmp_path / "empty"
    empty.mkdir(mode=0o700)
    Journal.open(empty, health=Health()).close()
    for nothing in (tmp_path / "none", empty):
        monkeypatch.setenv("DISTRESSD_STATE", str(nothing))
        assert "nothing is kept" in invoke("report", "--out", str(out)).stdout
        assert "Nothing is kept of this time" in out.read_text()
    assert "cannot be written" in invoke("report", "--out", "/nonexistent/x", status=2).output


def left_of(folder, *words):
    """What ``strings`` would find: any of ``words`` in any file."""
    return [
        (path.name, word)
        for path in folder.rglob("*")
        if path.is_file()
        for word in words
        if word.encode() in path.read_bytes() or word.encode("utf-16-le") in path.read_bytes()
    ]


def test_nothing_is_left_of_what_is_forgotten(state):
    words = ("old-one", "new-one", "please stop", "loud", "scream", *NAMES)
    invoke("alerts", "ack", "new-one")
    aside = state / "damaged-20260101T000000Z-x"
    aside.mkdir()
    (aside / "journal.sqlite3").write_bytes(b"please stop")
    assert {word for _, word in left_of(state, *words)} == set(words)
    assert "Say what to forget" in invoke("forget", status=2).output
    assert "Say what to forget" in invoke("forget", "--all", "--since", "1h", status=2).output
    invoke("forget", "--all", "--yes")
    assert left_of(state, *words) == []
    assert not aside.exists()
    assert json.loads(invoke("alerts", "list", "--since", "30d", "--json").stdout) == []
    with Journal.open(state, health=Health()) as journal:
        assert journal.append(event("next", "raised", time.time())).seq > 7, "numbers go on"


def test_a_span_is_forgotten_and_nothing_else(state):
    invoke("alerts", "ack", "new-one")
    invoke("alerts", "ack", "old-one")
    invoke("forget", "--since", "2d", "--yes")
    # The word on the old one was said within the span.
    assert [one[1] for one in left_of(state, "new-one", *NAMES)] == [NAMES[0]]
    (old,) = json.loads(invoke("alerts", "list", "--since", "30d", "--json").stdout)
    assert (old["id"], old["said"]) == ("old-one", None)
    invoke("forget", "--until", "9d", "--yes")
    assert left_of(state, "old-one", *NAMES) == []


def test_forgetting_asks_first(state):
    done = CliRunner().invoke(main, ["forget", "--all"], input="n\n")
    assert done.exit_code == 130
    assert len(json.loads(invoke("alerts", "list", "--since", "30d", "--json").stdout)) == 2
