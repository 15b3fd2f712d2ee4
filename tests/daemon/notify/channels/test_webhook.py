"""Against a real HTTP server that fails, hangs, goes away and comes back."""

import base64
import hashlib
import hmac
import json
import time

import pytest

from daemon.config.notify import Notify
from daemon.config.schema import QuietHours
from daemon.notify.channels.made import Surroundings

SECRET = "whsec_" + base64.b64encode(b"a key of some length").decode()


def test_a_notice_is_json_and_signed(start, receiver, alert, board):
    notifier = start(webhook={"care": {"url": receiver.url, "secret": SECRET}})
    board.until("notify_care", "ok")
    notifier.submit(alert("a", level="critical"))
    body, headers = receiver.taken.get(timeout=60)
    told = json.loads(body)
    assert (told["type"], told["level"], told["alerts"]) == ("alert", "critical", ["a"])
    assert told["alert"]["kind"] == "scream"
    assert told["alert"]["transcript"] is None, "words only where the channel is allowed them"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = hmac.new(b"a key of some length", signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    assert headers["webhook-id"] == told["id"]


def test_every_alert_comes_once_and_in_order_after_each_fault(start, receiver, alert, board):
    care = {"url": receiver.url, "timeout_s": 0.5, "digest_after": 0}
    notifier = start(webhook={"care": care})
    board.until("notify_care", "ok")

    receiver.answer(503)
    for name in "abc":
        notifier.submit(alert(name))
    assert board.until("notify_care", "unavailable").reason == "The address answers 503."
    receiver.answer(None)
    notifier.submit(alert("d"))
    while receiver.came.qsize():
        receiver.came.get()
    receiver.came.get(timeout=60)
    receiver.close()
    notifier.submit(alert("e"))
    receiver.open()
    receiver.answer(200)
    assert [receiver.next()["alerts"] for _ in "abcde"] == [["a"], ["b"], ["c"], ["d"], ["e"]]
    notifier.stop(60)
    assert receiver.taken.empty()
    figures = notifier.figures_of("care")
    assert (figures["sent"], figures["failed"], figures["dropped"]) == (5, 0, 0)
    assert figures["retried"] >= 3


def test_a_dead_channel_delays_no_other(start, receiver, alert, tmp_path):
    told = tmp_path / "told"
    told.mkdir()
    receiver.answer(None)
    notifier = start(
        webhook={"dead": {"url": receiver.url, "timeout_s": 300.0}},
        command={
            "bell": {
                "command": ["/bin/sh", "-c", f"cat >{told}/x && mv {told}/x {told}/$$"],
                "digest_after": 0,
            }
        },
    )
    notifier.submit(alert("a"))
    receiver.came.get(timeout=60)  # and it hangs
    for name in "bcd":
        notifier.submit(alert(name))
    while notifier.figures_of("bell")["sent"] < 4:
        time.sleep(0.01)
    assert sorted(json.loads(one.read_text())["alerts"][0] for one in told.iterdir()) == [*"abcd"]
    assert notifier.figures_of("dead")["sent"] == 0
    assert notifier.figures_of("dead")["waiting"] == 4


def test_what_is_refused_for_good_holds_up_nothing(start, receiver, alert, board):
    notifier = start(webhook={"care": {"url": receiver.url}})
    receiver.answer(422)
    notifier.submit(alert("a"))
    assert "refused: the address answers 422" in board.until("notify_care", "degraded").reason
    receiver.answer(200)
    notifier.submit(alert("b"))
    assert receiver.next()["alerts"] == ["b"]
    board.until("notify_care", "ok")
    assert notifier.figures_of("care")["failed"] == 1


@pytest.mark.parametrize("status", [301, 401, 404])
def test_a_wrong_address_loses_nothing(start, receiver, alert, board, status):
    notifier = start(webhook={"care": {"url": receiver.url}})
    receiver.answer(status, Location="http://127.0.0.1:1/")
    notifier.submit(alert("a"))
    health = board.until("notify_care", "unavailable")
    assert (str(status) in health.reason, "url" in health.remedy) == (True, True)
    receiver.answer(200)
    assert receiver.next()["alerts"] == ["a"]


def test_nothing_that_is_secret_is_told(start, board, alert, caplog):
    notifier = start(webhook={"care": {"url": "http://hunter2:hunter3@127.0.0.1:1/hunter4"}})
    notifier.submit(alert())
    health = board.until("notify_care", "unavailable")
    assert "hunter" not in health.reason + health.remedy + caplog.text


def test_another_address_takes_over_what_waits(start, receiver, alert, board):
    notifier = start(webhook={"care": {"url": "http://127.0.0.1:1/"}})
    for name in "ab":
        notifier.submit(alert(name))
    board.until("notify_care", "unavailable")
    new = Notify.model_validate({"desktop": False, "webhook": {"care": {"url": receiver.url}}})
    notifier.reconfigure(new, QuietHours())
    notifier.submit(alert("c"))
    assert [receiver.next()["alerts"] for _ in "abc"] == [["a"], ["b"], ["c"]]
    notifier.reconfigure(Notify(desktop=False), QuietHours())
    assert board.part("notify_care").state == board.part("notify").state == "off"


def test_every_event_where_that_is_wanted(start, receiver, alert):
    notifier = start(webhook={"care": {"url": receiver.url, "events": "all", "transcripts": True}})
    phases = ["raised", "updated", "updated", "cleared"]
    for phase in phases:
        notifier.submit(alert("a", phase))
    got = [receiver.next()["alert"] for _ in phases]
    assert [one["phase"] for one in got] == phases
    assert {one["transcript"] for one in got} == {"help me"}


def test_words_that_wait_are_not_told_once_they_are_switched_off(start, receiver, alert, board):
    allowed = [True]
    around = Surroundings(transcripts=lambda: allowed[0])
    notifier = start(around, webhook={"care": {"url": receiver.url, "transcripts": True}})
    board.until("notify_care", "ok")
    receiver.answer(503)
    notifier.submit(alert("a"))
    board.until("notify_care", "unavailable")
    allowed[0] = False
    receiver.answer(200)
    told = receiver.next()
    assert (told["alerts"], told["alert"]["transcript"]) == (["a"], None)


def test_who_answered_on_time_spares_the_others(start, receiver, alert):
    notifier = start(webhook={"care": {"url": receiver.url, "escalate_after_s": 0.5}})
    for name in "abc":
        notifier.submit(alert(name))
    notifier.submit(alert("a", "cleared"))
    notifier.answered("b")
    got = [receiver.next() for _ in "ac"]
    assert [one["alerts"] for one in got] == [["a"], ["c"]]
    assert got[0]["title"] == "Not acknowledged: Warning: scream"
    notifier.submit(alert("d"))
    assert receiver.next()["alerts"] == ["d"]
    assert receiver.taken.empty()
