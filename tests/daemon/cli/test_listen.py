import sys

import pytest

from daemon.cli import listen
from daemon.wire.base import rfc3339

ALERT = {
    "time": rfc3339(1_700_000_000.0),
    "phase": "raised",
    "kind": "infant_crying",
    "level": "warning",
    "score": 0.78,
    "why": "An infant is crying: the sound is likely that (78 %), strongest over the last second.",
    "durable": True,
    "reason": None,
    "source": "demo",
}


@pytest.fixture
def parts():
    return listen._Parts()


def part(state, reason="", remedy=""):
    return {"state": state, "reason": reason, "remedy": remedy}


def test_a_part_is_told_of_once(parts, capsys):
    absent = part("unavailable", "no model", "Fetch it.")
    parts.show("language", part("starting", "it is being loaded"))
    parts.show("language", absent)
    for _ in range(3):  # as it is tried again
        parts.show("language", part("starting", "it is being loaded"))
        parts.show("language", absent)
    parts.show("language", part("ok"))
    parts.show("language", part("starting", "it is being loaded"))
    assert capsys.readouterr().err.splitlines() == [
        "language: starting - it is being loaded",
        "language: unavailable - no model Fetch it.",
        "language: ok",
        "language: starting - it is being loaded",
    ]


def test_everything_is_news_after_a_new_connection(parts, capsys):
    parts.show("source", part("ok"))
    parts.connected()
    parts.show("source", part("ok"))
    assert capsys.readouterr().err == "source: ok\n" * 2


def test_an_alert_is_one_line_for_another_program():
    line = listen._alert_line(ALERT, "raised")
    assert "\n" not in line
    assert line.endswith("over the last second. (demonstration)")


def test_a_terminal_has_it_folded_under_the_indent(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    first, *others = listen._alert_line(ALERT, "raised").splitlines()
    assert len(others) > 1
    assert all(line.startswith(" " * 20) and len(line) <= 80 for line in others)
    told = " ".join(line.strip() for line in (first, *others))
    assert told.endswith(f"0.78  {ALERT['why']} (demonstration)")
