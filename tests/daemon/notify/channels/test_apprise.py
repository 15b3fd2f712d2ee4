"""Against a local target: Apprise's own json:// to a real HTTP server."""


def test_alerts_come_once_and_in_order_after_a_fault(start, receiver, alert, board):
    receiver.answer(500)
    url = receiver.url.replace("http", "json", 1)
    notifier = start(apprise={"phone": {"url": url}})
    notifier.submit(alert("a", level="critical"))
    health = board.until("notify_phone", "unavailable")
    assert "JSON" in health.reason, "it is Apprise's own sentence"
    notifier.submit(alert("b"))
    receiver.answer(200)
    got = [receiver.next() for _ in "ab"]
    assert [(one["title"], one["message"], one["type"]) for one in got] == [
        ("Critical: scream", "Alert a.", "failure"),
        ("Warning: scream", "Alert b.", "warning"),
    ]
    board.until("notify_phone", "ok")
    assert receiver.taken.empty()


def test_what_apprise_says_of_an_address_is_told_without_it(start, receiver, alert, board, caplog):
    receiver.answer(500)
    url = receiver.url.replace("http://", "ntfy://hunter2:hunter3@", 1)
    notifier = start(apprise={"phone": {"url": url.replace("/path", "/A-Secret-Topic")}})
    notifier.submit(alert())
    health = board.until("notify_phone", "unavailable")
    assert "ntfy notification to topic '[secret]'" in health.reason
    assert "error=500" in health.reason
    told = health.reason + health.remedy + str(notifier.channels()) + caplog.text
    assert not {each for each in ("hunter", "secret-topic") if each in told.lower()}
