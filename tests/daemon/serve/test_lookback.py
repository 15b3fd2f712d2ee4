import pytest

from daemon.wire.base import rfc3339

NOW = 1_700_000_000.0
SINCE = rfc3339(NOW - 60)


def ask(client, **request):
    client.send(id="q", **request)
    return client.recv_until(lambda message: message.get("id") == "q")[-1]


def test_alerts_of_a_span_come_newest_first_a_page_at_a_time(daemon):
    for number in range(5):
        daemon.alert(str(number))
        daemon.alert(str(number), "cleared", reason="ended")
    client, _ = daemon.subscribe()
    answer = ask(client, type="list_alerts", since=SINCE, limit=3)
    assert [one["event"]["id"] for one in answer["alerts"]] == ["4", "3", "2"]
    assert answer["more"] is True
    assert {one["event"]["phase"] for one in answer["alerts"]} == {"cleared"}
    before = answer["alerts"][-1]["first_seq"]
    answer = ask(client, type="list_alerts", since=SINCE, limit=3, before=before)
    assert [one["event"]["id"] for one in answer["alerts"]] == ["1", "0"]
    assert answer["more"] is False


def test_alerts_by_level_kind_and_time(daemon):
    daemon.alert("loud", level="critical", kind="scream")
    daemon.alert("soft", level="warning", kind="crying")
    daemon.alert("late", time=rfc3339(NOW + 600))
    daemon.alert("demo", source="demo")
    client, _ = daemon.subscribe()

    def found(**wanted):
        answer = ask(client, type="list_alerts", **{"since": SINCE} | wanted)
        return [one["event"]["id"] for one in answer["alerts"]]

    assert found() == ["late", "soft", "loud"]
    assert found(until=rfc3339(NOW + 1)) == ["soft", "loud"]
    assert found(since=rfc3339(NOW + 1)) == ["late"]
    assert found(levels=["warning"]) == ["soft"]
    assert found(kinds=["scream"], levels=["critical", "warning"]) == ["late", "loud"]
    assert found(demonstrations=True)[0] == "demo"


def test_alerts_by_what_people_said(daemon):
    for name in ("a", "b", "c"):
        daemon.alert(name)
    daemon.journal.feedback("ack", "a")
    daemon.journal.feedback("false_alarm", "a", NOW)
    daemon.journal.feedback("ack", "b")
    client, _ = daemon.subscribe()
    for said, ids in (("false_alarm", ["a"]), ("ack", ["b"]), ("nothing", ["c"])):
        answer = ask(client, type="list_alerts", since=SINCE, said=said)
        assert [one["event"]["id"] for one in answer["alerts"]] == ids
    answer = ask(client, type="list_alerts", since=SINCE, said="false_alarm")
    assert answer["alerts"][0]["remark"] == {"said": "false_alarm", "time": rfc3339(NOW)}


def test_the_story_of_an_alert(daemon):
    daemon.alert("a")
    daemon.alert("b")
    daemon.alert("a", "cleared", reason="ended")
    daemon.journal.feedback("ack", "a", NOW)
    client, _ = daemon.subscribe()
    story = ask(client, type="show_alert", alert="a")
    assert [event["phase"] for event in story["events"]] == ["raised", "cleared"]
    assert [remark["said"] for remark in story["remarks"]] == ["ack"]
    assert ask(client, type="show_alert", alert="none")["type"] == "error"


def test_words_are_not_told_where_they_are_switched_off(daemon):
    daemon.alert("a", transcript="help me", explanation="They ask for help.")
    client, _ = daemon.subscribe()
    (record,) = ask(client, type="list_alerts", since=SINCE)["alerts"]
    story = ask(client, type="show_alert", alert="a")
    for event in (record["event"], *story["events"]):
        assert event["transcript"] is None
        assert event["explanation"] is None


def test_feedback_reaches_every_other_subscriber(daemon):
    daemon.alert("a")
    one, _ = daemon.subscribe()
    other, _ = daemon.subscribe()
    one.send(type="ack", id="1", alert="a")
    message = other.recv()
    assert (message["type"], message["alert"], message["said"]) == ("feedback", "a", "ack")


@pytest.mark.parametrize(
    ("question", "days"), [("list_hours", 400), ("list_minutes", 2), ("list_minutes", 10**5)]
)
def test_a_span_that_is_too_long_is_refused(daemon, question, days):
    client, _ = daemon.subscribe()
    until = rfc3339(NOW + days * 86_400)
    answer = ask(client, type=question, since=rfc3339(NOW), until=until)
    assert answer["type"] == "error"
    assert "longer than" in answer["message"]


@pytest.mark.parametrize("since", ["yesterday", "2026-01-01", "2026-01-01T00:00:00", 5])
def test_a_time_is_one_with_its_zone(daemon, since):
    client, _ = daemon.subscribe()
    client.socket.send(
        f'{{"type": "list_hours", "id": "q", "since": {since!r}, "until": {SINCE!r}}}'.replace(
            "'", '"'
        )
    )
    assert client.recv()["type"] == "error"


def test_settings_are_shown_and_changed(daemon):
    client, _ = daemon.subscribe()
    assert ask(client, type="show_settings")["values"]["fusion.threshold.warning"] == 0.7
    values = {"fusion.threshold.warning": 0.8}
    assert ask(client, type="change_settings", values=values)["type"] == "ok"
    assert daemon.control.asked == [("change", values)]
    refused = ask(client, type="change_settings", values={"audio.source": "demo"})
    assert refused["type"] == "error"
