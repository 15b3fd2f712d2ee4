"""Against a real D-Bus session with a notification service of our own on it."""

import json
import queue
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import time
from pathlib import Path

import pytest

from daemon.config.notify import Notify
from daemon.config.schema import QuietHours
from daemon.health import Health
from daemon.notify.channels.made import Surroundings
from daemon.notify.notice import Notice
from daemon.notify.notifier import Notifier
from daemon.wire.alert import AlertEvent

pytestmark = pytest.mark.skipif(
    shutil.which("dbus-daemon") is None, reason="dbus-daemon is not installed"
)
SERVICE = Path(__file__).with_name("notification_service.py")
PATIENCE_S = 60


def alert(alert_id="a", phase="raised", level="warning", source="mic") -> AlertEvent:
    return AlertEvent(
        time="2026-01-01T00:00:00.000000Z",
        stream_s=1.0,
        id=alert_id,
        phase=phase,
        kind="infant_crying",
        level=level,
        score=0.7,
        evidence={},
        emotions=(),
        sounds=(),
        why=f"Alert {alert_id}.",
        source=source,
        onset_s=0.5,
    )


@pytest.fixture
def session(monkeypatch):
    """The address of a D-Bus session on which nothing shows notifications."""
    with subprocess.Popen(
        ["dbus-daemon", "--session", "--print-address", "--nofork"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as bus:
        address = bus.stdout.readline().strip()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address
        bus.terminate()


@contextmanager
def service():
    """Something that shows notifications on the session's bus: what it shows, as it shows it."""
    messages: queue.Queue[dict] = queue.Queue()
    with subprocess.Popen(
        [sys.executable, str(SERVICE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def read() -> None:
            for line in process.stdout:
                messages.put(json.loads(line))

        reader = threading.Thread(target=read)
        reader.start()
        try:
            assert messages.get(timeout=PATIENCE_S) == {"ready": True}
            messages.press = lambda *button: print(*button, file=process.stdin, flush=True)
            yield messages
        finally:
            process.stdin.close()
            reader.join()


@pytest.fixture
def shown(session):
    """What the notification service shows."""
    with service() as messages:
        yield messages


def notifier(health: Health, quiet: QuietHours | None = None, now=time(12), **config) -> Notifier:
    return Notifier(
        Notify(**config), quiet or QuietHours(), health, config.pop("source", "mic"), lambda: now
    )


def test_raised_and_worse_alerts_are_shown_with_their_urgency(shown, board):
    each = notifier(board)
    each.start()
    for event in (
        alert("a", "raised", "advisory"),
        alert("b", "raised", "warning"),
        alert("b", "updated", "warning"),
        alert("b", "updated", "critical"),
        alert("b", "cleared", "critical"),
        alert("c", "raised", "critical", source="demo"),
    ):
        each.submit(event)
    each.stop(PATIENCE_S)
    got = [shown.get(timeout=PATIENCE_S) for _ in range(2)]
    assert shown.empty()
    assert got == [
        {
            "app": "distressd",
            "title": "Warning: infant crying",
            "text": "Alert b.",
            "urgency": 1,
            "sound": True,
            "actions": [],
        },
        {
            "app": "distressd",
            "title": "Critical: infant crying",
            "text": "Alert b.",
            "urgency": 2,
            "sound": True,
            "actions": [],
        },
    ]
    assert (each.figures["sent"], each.figures["failed"], each.figures["quiet"]) == (2, 0, 0)
    assert board.part("notify").state == board.part("notify_desktop").state == "ok"


def test_quiet_hours_withhold_advisories_silence_warnings_and_spare_critical(shown):
    quiet = QuietHours(enabled=True, start=time(22), end=time(7))
    each = notifier(Health(), quiet, time(3), level="advisory")
    each.start()
    each.submit(alert("a", level="advisory"))
    each.submit(alert("b", level="warning"))
    each.submit(alert("c", level="critical"))
    each.stop(PATIENCE_S)
    got = [shown.get(timeout=PATIENCE_S) for _ in range(2)]
    assert [(each["text"], each["sound"]) for each in got] == [
        ("Alert b.", False),
        ("Alert c.", True),
    ]
    assert shown.empty()
    assert each.figures["quiet"] == 1


def test_old_notifications_are_taken_back(shown):
    each = notifier(Health(), digest_after=0)
    each.start()
    for number in range(22):
        each.submit(alert(str(number)))
    each.stop(PATIENCE_S)
    got = [shown.get(timeout=PATIENCE_S) for _ in range(24)]
    assert [message["closed"] for message in got if "closed" in message] == [1, 2]


def test_a_desktop_without_notifications_is_said_and_survived(session, caplog, board):
    each = notifier(board)
    each.start()
    each.submit(alert())
    health = board.until("notify_desktop", "unavailable")
    each.stop(PATIENCE_S)
    assert "Nothing on the D-Bus session" in health.reason
    assert "install a notification service" in health.remedy
    assert each.figures["failed"] == 1
    said = [r.getMessage() for r in caplog.records if r.name == "daemon.notify.sender"]
    assert sum("Nothing on the D-Bus session" in line for line in said) == 1
    assert sum("given up" in line for line in said) == 1


def test_every_alert_is_shown_once_and_in_order_after_the_service_was_away(
    session, board, monkeypatch
):
    monkeypatch.setattr("daemon.notify.breaker.FIRST_S", 0.01)
    monkeypatch.setattr("daemon.notify.breaker.OPEN_S", 0.05)
    monkeypatch.setattr("daemon.notify.breaker.LONGEST_S", 0.1)
    each = notifier(board, digest_after=0)
    each.start()
    for names in ("abc", "de"):
        for name in names:
            each.submit(alert(name))
        board.until("notify_desktop", "unavailable")
        with service() as shown:
            got = [shown.get(timeout=PATIENCE_S)["text"] for _ in names]
            assert got == [f"Alert {name}." for name in names]
            board.until("notify_desktop", "ok")
            each.submit(alert(f"last of {names}"))
            assert shown.get(timeout=PATIENCE_S)["text"] == f"Alert last of {names}."
    each.stop(PATIENCE_S)
    figures = each.figures
    assert (figures["sent"], figures["failed"], figures["dropped"]) == (7, 0, 0)


@pytest.mark.parametrize("address", [None, "unix:path=/nonexistent/bus"])
def test_no_session_is_said(monkeypatch, address, board):
    if address is None:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    else:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    each = notifier(board)
    each.start()
    health = board.until("notify", "unavailable")
    each.stop(PATIENCE_S)
    assert "D-Bus session" in health.reason
    assert "inside the desktop session" in health.remedy


def test_too_many_at_once_drop_the_oldest_that_is_not_critical(shown):
    each = notifier(Health(), digest_after=0)
    each.start()
    each.submit(alert("first", level="critical"))
    for number in range(400):
        each.submit(alert(str(number)))
    each.submit(alert("last", level="critical"))
    each.stop(PATIENCE_S)
    figures = each.figures
    assert figures["sent"] + figures["dropped"] == 402
    texts = []
    while len([text for text in texts if text]) < figures["sent"]:
        texts.append(shown.get(timeout=PATIENCE_S).get("text"))
    assert "Alert first." in texts
    assert "Alert last." in texts


def test_the_demonstration_scene_reaches_nobody(shown, board):
    each = Notifier(Notify(), QuietHours(), board, "demo")
    each.start()
    each.submit(alert(level="critical"))
    each.stop(PATIENCE_S)
    assert board.part("notify").state == "off"
    assert shown.empty()


def test_switched_off_is_off(shown, board):
    each = notifier(board, desktop=False)
    each.start()
    each.submit(alert(level="critical"))
    each.stop(PATIENCE_S)
    assert board.part("notify").state == "off"
    assert shown.empty()


def test_the_daemons_own_faults_are_shown(shown, board):
    each = notifier(board)
    each.start()
    each.tell(Notice("distressd hears nothing", "It is gone.", "warning", "the part source"))
    each.stop(PATIENCE_S)
    got = shown.get(timeout=PATIENCE_S)
    assert (got["title"], got["text"]) == ("distressd hears nothing", "It is gone.")


def test_settings_change_while_it_runs(shown, board):
    each = notifier(board, level="critical")
    each.start()
    each.submit(alert("a", "raised", "warning"))
    each.reconfigure(Notify(level="warning"), QuietHours())
    each.submit(alert("b", "raised", "warning"))
    assert shown.get(timeout=PATIENCE_S)["text"] == "Alert b."
    each.reconfigure(Notify(desktop=False), QuietHours())
    each.submit(alert("c", "raised", "critical"))
    each.reconfigure(Notify(), QuietHours())
    each.submit(alert("d", "raised", "critical"))
    assert shown.get(timeout=PATIENCE_S)["text"] == "Alert d."
    each.stop(PATIENCE_S)
    assert shown.empty()


class Answers:
    """What was pressed."""

    def __init__(self):
        self.given = queue.Queue()

    def ack(self, alert):
        self.given.put(("ack", alert))

    def false_alarm(self, alert):
        self.given.put(("false_alarm", alert))

    def pause(self, seconds):
        raise AssertionError

    resume = pause


def test_buttons_on_the_desktop_answer_the_alert(shown):
    answers = Answers()
    each = Notifier(Notify(), QuietHours(), Health(), "mic", around=Surroundings(control=answers))
    each.start()
    for name in ("a", "b", "c"):  # with c, the answers to a and b have been read
        each.submit(alert(name))
        assert shown.get(timeout=PATIENCE_S)["actions"] == ["Acknowledge", "False alarm"]
    shown.press(2, 1)
    assert answers.given.get(timeout=PATIENCE_S) == ("false_alarm", "b")
    shown.press(1, 0)
    assert answers.given.get(timeout=PATIENCE_S) == ("ack", "a")
    each.tell(Notice("distressd hears nothing", "It is gone.", "warning", "the part source"))
    assert shown.get(timeout=PATIENCE_S)["actions"] == [], "there is no alert to answer"
    each.stop(PATIENCE_S)


def test_no_sound_and_no_buttons_where_they_are_switched_off(shown):
    config = Notify(sound=False, actions=False)
    each = Notifier(config, QuietHours(), Health(), "mic", around=Surroundings(control=Answers()))
    each.start()
    each.submit(alert("a", level="critical"))
    got = shown.get(timeout=PATIENCE_S)
    assert (got["sound"], got["actions"]) == (False, [])
    each.stop(PATIENCE_S)


def test_a_thousand_alerts_in_a_minute_become_one_digest(shown, board):
    each = notifier(board, digest_after=3)
    each.start()
    for number in range(1_000):
        each.submit(alert(str(number)))
    each.submit(alert("grave", level="critical"))
    each.stop(PATIENCE_S)
    got = [shown.get(timeout=PATIENCE_S) for _ in range(5)]
    assert shown.empty()
    assert [one["text"] for one in got[:4]] == ["Alert 0.", "Alert 1.", "Alert 2.", "Alert grave."]
    assert got[4]["title"].startswith("Warning: 997 more alerts since")
    assert "infant crying" in got[4]["text"]
