import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from daemon.terminal.rooms import LONGEST, MOST_ROOMS, Rooms

WELL = {"alert": "OFF", "level": "none", "source": "ok", "liveness": "healthy", "paused": "OFF"}
SCREAM = WELL | {"alert": "ON", "level": "critical", "kind": "scream", "why": "A scream."}


def after(*told):
    """Rooms after the states of some, who are all there."""
    rooms = Rooms("distressd")
    for name, state in told:
        rooms.take(f"distressd/{name}/availability", b"online")
        rooms.take(f"distressd/{name}/state", json.dumps(state).encode())
    return rooms


def shown(rooms):
    console = Console(file=io.StringIO(), width=100, force_terminal=False)
    console.print(rooms.picture())
    return console.file.getvalue()


def test_the_gravest_come_first_and_those_that_are_gone_before_the_well():
    rooms = after(
        ("attic", WELL),
        ("bath", SCREAM),
        ("cellar", WELL | {"liveness": "failed", "source": "unavailable", "reason": "It is gone."}),
        ("den", SCREAM | {"level": "warning", "kind": "infant_crying"}),
        ("entry", WELL | {"paused": "ON", "paused_until": "2026-01-01T12:00:00Z"}),
        ("flat", SCREAM),
    )
    rooms.take("distressd/flat/availability", b"offline")
    text = shown(rooms)
    names = ("bath", "den", "flat", "attic", "cellar", "entry")
    assert sorted(names, key=text.index) == list(names)
    for words in ("critical scream", "warning infant crying", "gone", "paused", "It is gone."):
        assert words in text
    assert rooms.stored()["bath"]["why"] == "A scream."
    assert rooms.stored()["flat"]["online"] is False


def test_nobody_there_is_said():
    assert "No daemon has told this broker anything yet." in shown(Rooms("distressd"))


@pytest.mark.parametrize("payload", [b"{", b"[]", b"\xff", b"[" * 100_000, b"null"])
def test_what_cannot_be_read_is_said(payload):
    rooms = after(("attic", WELL))
    rooms.take("distressd/attic/state", payload)
    assert "what it says cannot be read" in shown(rooms)


def test_what_others_write_commands_no_terminal():
    rooms = after(("\x1b[2J", SCREAM | {"why": "\x1b]0;owned\x07" + 1_000 * "x"}))
    assert "\x1b" not in shown(rooms)
    (room,) = rooms.stored().values()
    assert len(room["why"]) == LONGEST


def test_more_rooms_than_there_is_room_for_are_not_kept():
    rooms = after(*((str(number), WELL) for number in range(MOST_ROOMS + 3)))
    assert len(rooms.stored()) == MOST_ROOMS
    assert f"{MOST_ROOMS} are shown" in shown(rooms)


@given(st.text(), st.binary())
def test_whatever_comes_is_survived(topic, payload):
    rooms = Rooms("distressd")
    rooms.take(f"distressd/{topic}", payload)
    rooms.take(f"distressd/{topic}/state", payload)
    shown(rooms)
