import io

import pytest
from rich.console import Console

from daemon.terminal.screen import picture
from daemon.terminal.seen import MOST_ALERTS, Seen

MOMENT = "2026-01-02T03:04:05.000000Z"
SNAPSHOT = {
    "type": "snapshot",
    "source": {"name": "mic", "state": "ok", "reason": "", "remedy": "", "paused_until": None},
    "language": {"state": "off", "reason": "switched off", "remedy": ""},
    "sound_events": {"state": "ok", "reason": "", "remedy": ""},
    "store": {"state": "ok", "reason": "", "remedy": ""},
    "clips": {"state": "ok", "reason": "sound is kept", "remedy": ""},
    "open_alerts": [],
}
TELEMETRY = {
    "type": "telemetry",
    "level_db": -40.0,
    "gate": True,
    "score": 0.93,
    "posterior": {"fearful": 0.6, "angry": 0.3, "calm": 0.05, "sad": 0.05},
    "sounds": [{"label": "Screaming", "score": 0.8}],
}


def alert(name="a", phase="raised", **changes):
    event = {"type": "alert", "id": name, "phase": phase, "kind": "scream", "level": "critical"}
    return event | {"time": MOMENT, "score": 0.93, "why": "[A scream] was heard."} | changes


def shown(seen):
    console = Console(file=io.StringIO(), width=110, force_terminal=False)
    console.print(picture(seen))
    return console.file.getvalue()


def seen_after(*messages):
    seen = Seen()
    for message in messages:
        seen.take(message)
    return seen


def test_what_is_heard_is_shown():
    text = shown(seen_after(SNAPSHOT, TELEMETRY, alert()))
    for words in (
        "CRITICAL: scream",
        "0.93",
        "fearful",
        "Screaming 80%",
        "[A scream]",
        "mic",
        "off",
        "sound is kept",
    ):
        assert words in text


def test_an_alert_that_is_over_and_what_was_said_of_it():
    feedback = {"type": "feedback", "alert": "a", "said": "ack"}
    text = shown(seen_after(SNAPSHOT, TELEMETRY, alert(), alert(phase="cleared"), feedback))
    assert "Listening." in text
    assert "over" in text
    assert "acknowledged" in text


def test_what_is_old_is_not_shown_as_now():
    seen = seen_after(SNAPSHOT, TELEMETRY)
    seen.heard_s -= 10
    text = shown(seen)
    assert "No sound comes in." in text
    assert "0.93" not in text
    seen.link = "Disconnected. Reconnecting."
    assert "Disconnected." in shown(seen)


def test_a_pause_is_shown():
    paused = SNAPSHOT["source"] | {"paused_until": MOMENT}
    text = shown(seen_after(SNAPSHOT, TELEMETRY, {"type": "source", "source": paused}))
    assert "Paused until" in text


def test_nothing_is_known_at_first():
    assert "Connecting." in shown(Seen())


def test_only_the_newest_alerts_are_kept():
    seen = seen_after(*(alert(str(number)) for number in range(MOST_ALERTS + 5)))
    assert len(seen.alerts) == len(seen.raised) == MOST_ALERTS
    assert "0" not in seen.alerts


@pytest.mark.slow
def test_top_shows_a_real_daemon(start_daemon, distressd, scene_recording):
    daemon = start_daemon("stdin")
    with daemon.subscribe() as subscriber:
        subscriber.receive()
        daemon.hear(scene_recording)
        subscriber.alerts("raised")
    ended = distressd("top", "--once", COLUMNS="120")
    assert ended.returncode == 0
    for words in ("distress", "stdin", "screams", "memory"):
        assert words in ended.stdout


def test_top_says_that_there_is_no_daemon(distressd):
    ended = distressd("top", "--once", "--url", "http://nowhere")
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr
