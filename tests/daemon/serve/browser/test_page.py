"""The dashboard in front of the server: every view, with keyboard and for screen readers."""

import time

import pytest

from daemon.store.minute import Minute
from daemon.wire.base import rfc3339
from daemon.wire.channels import ChannelStatus
from daemon.wire.server import (
    LanguageFigures,
    PartChanged,
    PartStatus,
    SourceChanged,
    SourceStatus,
    Vitals,
)

EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")


def minute(start, distress=0.1):
    shares = dict.fromkeys(EMOTIONS, 0.1) | {"calm": 0.3}
    return Minute(start, 6_000, 900, -50.0, -20.0, distress, 0.0, {"Music": 0.8}, shares)


@pytest.fixture
def now():
    """The beginning of this minute."""
    return int(time.time()) // 60 * 60


@pytest.fixture
def furnished(daemon, now):
    """A daemon with something to tell of this hour."""
    for back in range(3):
        daemon.journal.minute(minute(now - 60 * back, 0.1 + 0.2 * back))
    daemon.alert("past", time=rfc3339(now - 30), level="warning", kind="crying")
    daemon.alert(
        "past", "cleared", time=rfc3339(now - 20), level="warning", kind="crying", score=0.1
    )
    daemon.alert("present", time=rfc3339(now), why="A scream was heard.")
    deadline = time.monotonic() + 60
    while len(daemon.journal.archive.minutes(0)) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.01)  # minutes are written in the background
    return daemon


@pytest.fixture
def visit(tab):
    """Opens a view of a daemon's dashboard, signed in."""

    def visit_(daemon, view="now", **options):
        page = tab(**options)
        page.goto(daemon.sign_in())
        page.wait_for_selector('body[data-link="live"]')
        page.evaluate("view => { location.hash = view; }", view)
        return page

    return visit_


def test_an_alert_changes_in_place_and_opens_to_its_evidence(furnished, visit):
    page = visit(furnished)
    card = page.locator('.alert[data-alert="present"]')
    card.wait_for()
    assert card.get_attribute("data-open") == "true"
    assert page.title() == "(1) Scream · distressd"
    assert page.inner_text("#condition-text") == "Scream: critical alert"
    card.locator(".alert-summary").click()
    assert "Screaming" in card.inner_text()
    assert "From sound to alert" in card.inner_text()
    furnished.alert("present", "cleared", reason="ended", score=0.1)
    page.wait_for_selector('.alert[data-alert="present"][data-open="false"]')
    assert "Cleared: it has been quiet since" in card.inner_text()
    assert "A scream was heard." in card.inner_text()
    assert page.title() == "distressd"
    assert page.locator(".alert").count() == 2


def test_what_words_make_of_an_alert_is_told_in_place(daemon, visit):
    page = visit(daemon)
    daemon.alert("a", level="warning", score=0.75)
    card = page.locator('.alert[data-alert="a"]')
    card.locator(".alert-summary").click()
    sound = {"audio": {"probability": 0.7, "weight": 0.6, "age_s": 0.0}}
    words = {"text": {"probability": 0.9, "weight": 0.3, "age_s": 2.0}}
    daemon.alert("a", "updated", level="critical", score=0.95, evidence=sound | words)
    page.wait_for_selector('.alert[data-alert="a"][data-level="critical"]')
    assert "confirmed by text" in card.locator(".alert-tags").inner_text()
    assert "90 % × 0.30, 2 s old" in card.inner_text()
    assert "Words are not kept" in card.inner_text()
    daemon.alert("a", "updated", level="warning", score=0.72, evidence=sound)
    card.get_by_text("lowered", exact=True).wait_for()
    assert card.get_attribute("data-level") == "warning"
    assert card.locator(".steps li span").all_inner_texts() == [
        "Raised · warning · 0.75",
        "Confirmed by text, raised further · critical · 0.95",
        "Lowered · warning · 0.72",
    ]


def test_who_cannot_see_is_told_of_alerts(daemon, visit):
    page = visit(daemon)
    daemon.alert("a", why="A scream was heard.")
    urgent = page.get_by_role("alert").filter(has_text="Scream: critical raised.")
    urgent.wait_for()
    assert urgent.inner_text().endswith("A scream was heard.")
    daemon.alert("a", "cleared", reason="ended")
    page.get_by_role("status").filter(has_text="Scream: critical cleared.").wait_for()


def test_an_alert_that_comes_while_the_page_asks_for_the_others_stays(daemon, visit):
    page = visit(daemon)
    subscriber, _ = daemon.subscribe("/v1/alerts")
    daemon.alert("present")
    event = subscriber.recv()
    shown = """
    event => import("/dashboard/timeline.js").then(async ({ Timeline }) => {
      const connection = new EventTarget();
      const asked = new Promise((answer) => (connection.answer = answer));
      connection.request = () => asked;
      const place = document.createElement("div");
      new Timeline(place, connection);
      const say = (type, detail) => connection.dispatchEvent(new CustomEvent(type, { detail }));
      say("snapshot", { resumed: false, open_alerts: [], source: { name: "file" } });
      say("alert", event);
      connection.answer({ alerts: [] });
      await new Promise((done) => setTimeout(done));
      return [...place.querySelectorAll(".alert")].map((card) => card.dataset.alert);
    })
    """
    assert page.evaluate(shown, event) == ["present"]


def await_listeners(daemon, page, count):
    """Until so many hear telemetry."""
    subscribers = ("distressd_subscribers", {"path": "/v1/telemetry"})
    deadline = time.monotonic() + 60
    while daemon.metrics.registry.get_sample_value(*subscribers) < count:
        assert time.monotonic() < deadline
        page.wait_for_timeout(10)


def vitals(**changes):
    """What a daemon tells of itself each second."""
    common = {"time": rfc3339(time.time()), "stream_s": 1.0}
    told = {"hops_per_s": 100.0, "last_sound": None, "obstacles": (), "language": None}
    return Vitals(**common | told | changes)


def test_what_is_heard_is_drawn_where_it_is_seen(daemon, visit, sample, painted):
    page = visit(daemon, "settings")
    page.wait_for_selector("#settings")
    listener, _ = daemon.subscribe("/v1/telemetry")
    await_listeners(daemon, page, 2)
    for number in range(8):
        daemon.server.publish_telemetry(sample(0.05 * number, score=0.8))
        listener.recv()  # else the next would take its place
    daemon.server.publish_vitals(vitals())
    page.wait_for_function("() => document.body.textContent.includes('100 frames a second')")
    assert not page.evaluate(painted, "#plot canvas")
    assert page.text_content("#score") == "–"
    page.evaluate("location.hash = 'now'")
    page.wait_for_function(painted, arg="#plot canvas")
    assert (page.inner_text("#score"), page.inner_text("#score-words")) == ("0.80", "Warning")


def test_whether_it_listens_is_told_with_the_last_sound(daemon, visit):
    page = visit(daemon)
    await_listeners(daemon, page, 1)
    card = page.get_by_role("region", name="Microphone")
    daemon.server.publish_vitals(vitals(hops_per_s=99.6))
    card.get_by_text("100 frames a second").wait_for()
    card.get_by_text("No sound heard yet").wait_for()
    heard = rfc3339(time.time() - 185)
    stuck = "No sound has come in for a while."
    daemon.server.publish_vitals(vitals(hops_per_s=0.0, last_sound=heard, obstacles=(stuck,)))
    card.get_by_text("0 frames a second", exact=True).wait_for()
    card.get_by_text("Last sound 3 min ago").wait_for()
    page.locator("#notices").get_by_text(stuck).wait_for()
    assert page.inner_text("#condition-text") == "Not listening"


def test_the_language_models_have_a_state_and_a_queue(daemon, visit):
    page = visit(daemon)
    await_listeners(daemon, page, 1)
    card = page.get_by_role("region", name="What is said")
    card.get_by_text("Not available").wait_for()
    assert "not there install it" in card.inner_text()
    assert "waiting" not in card.inner_text()

    def become(state, reason="", remedy="", figures=None):
        status = PartStatus(state=state, reason=reason, remedy=remedy)
        common = {"time": rfc3339(time.time()), "stream_s": 1.0}
        daemon.server.publish_status(PartChanged(type="language", **common, status=status))
        daemon.server.publish_vitals(vitals(language=figures))

    become("ok", figures=LanguageFigures(waiting=0, transcribed=12, dropped=0))
    card.get_by_text("Working", exact=True).wait_for()
    card.get_by_text("12 transcribed since the start", exact=True).wait_for()
    card.get_by_text("0 waiting", exact=True).wait_for()
    become(
        "degraded",
        "The worker is slow.",
        "Take a smaller model.",
        LanguageFigures(waiting=7, transcribed=13, dropped=2),
    )
    card.get_by_text("7 waiting", exact=True).wait_for()
    card.get_by_text("13 transcribed since the start, 2 given up").wait_for()
    assert "Working in part" in card.inner_text()
    assert "The worker is slow. Take a smaller model." in card.inner_text()
    assert card.get_attribute("data-tone") == "warning"
    become("off", "switched off")
    card.get_by_text("Switched off", exact=True).wait_for()
    card.get_by_text("7 waiting").wait_for(state="detached")
    assert "transcribed" not in card.inner_text()


def test_what_one_person_says_everybody_sees(furnished, visit):
    one, other = visit(furnished), visit(furnished)
    said = '.alert[data-alert="past"][data-said="{}"]'
    one.locator('.alert[data-alert="past"]').get_by_text("False alarm").click()
    for page in (one, other):
        page.wait_for_selector(said.format("false_alarm"))
    assert furnished.control.asked == [("false_alarm", "past")]
    other.locator('.alert[data-alert="past"]').get_by_text("Acknowledge").click()
    for page in (one, other):
        page.wait_for_selector(said.format("ack"))


def test_pausing_is_asked_for_and_shown(daemon, visit):
    page = visit(daemon)
    page.select_option("#pausing select", "900")
    page.get_by_role("button", name="Pause").click()
    daemon.source = SourceStatus(name="file", state="ok", paused_until=rfc3339(time.time() + 900))
    common = {"time": rfc3339(time.time()), "stream_s": 1.0}
    daemon.server.publish_status(SourceChanged(**common, source=daemon.source))
    page.get_by_role("button", name="Resume now").click()
    page.wait_for_function(
        "() => document.getElementById('condition-text').textContent.startsWith('Paused')"
    )
    page.wait_for_function(
        "() => document.getElementById('notices').textContent.includes('Paused')"
    )
    deadline = time.monotonic() + 60
    while daemon.control.asked != [("pause", 900.0), ("resume",)]:
        assert time.monotonic() < deadline, daemon.control.asked
        page.wait_for_timeout(10)


def test_history_is_filtered_and_tells_of_a_minute(furnished, visit):
    page = visit(furnished, "history")
    page.wait_for_selector("#past .alert")
    assert page.locator("#past .alert").count() == 2
    page.uncheck('#filters input[value="critical"]')
    page.wait_for_function("() => document.querySelectorAll('#past .alert').length === 1")
    page.select_option('#filters select[name="kind"]', "scream")
    none = "() => document.querySelector('#past').textContent === 'No such alert.'"
    page.wait_for_function(none)
    page.select_option('#filters select[name="kind"]', "")
    page.wait_for_selector("#past .alert")
    day = page.input_value('#filters input[name="from"]')
    page.fill('#filters input[name="to"]', day)
    page.wait_for_function(none)
    page.fill('#filters input[name="to"]', "")
    page.wait_for_selector("#past .alert")
    page.locator(".heat-cell[data-level]").first.click()
    page.wait_for_selector(".minute .chips")
    assert "Music 80 %" in page.inner_text(".minute")
    assert "Calm 30 %" in page.inner_text(".minute")


def test_the_heat_map_is_one_stop_and_its_arrows_lead_around(furnished, visit):
    page = visit(furnished, "history")
    page.wait_for_selector(".heat-cell")
    assert page.locator('.heat-cell[tabindex="0"]').count() == 1
    page.locator('.heat-cell[tabindex="0"]').focus()
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    for key in ("ArrowDown", "ArrowRight", "ArrowLeft", "End", "Home", "ArrowUp"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == first
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") != first
    assert page.locator('.heat-cell[tabindex="0"]').count() == 1


def test_an_alert_is_opened_and_answered_by_keyboard(furnished, visit):
    page = visit(furnished)
    page.locator('.alert[data-alert="present"] .alert-summary').focus()
    page.keyboard.press("Enter")
    page.wait_for_selector('.alert[data-alert="present"] .alert-body:not([hidden])')
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_selector('.alert[data-alert="present"][data-said="ack"]')
    assert page.evaluate("document.activeElement.closest('.alert') !== null")


def test_the_rules_of_a_channel_are_settings(daemon, visit):
    care = "notify.webhook.care"
    rules = {"enabled": True, "level": "warning", "cooldown_s": 0.0, "escalate_after_s": 0.0}
    daemon.control.values |= {f"{care}.{rule}": value for rule, value in rules.items()}
    page = visit(daemon, "settings")
    group = page.locator(".settings-group", has_text="Notifications to care")
    group.get_by_label("From level").select_option("critical")
    group.get_by_label("Only what nobody has acknowledged for").fill("300")
    page.get_by_role("button", name="Save").click()
    page.wait_for_function(
        "() => document.querySelector('.settings-state').textContent.startsWith('Saved')"
    )
    changed = {f"{care}.level": "critical", f"{care}.escalate_after_s": 300}
    assert daemon.control.asked == [("change", changed)]


def test_settings_are_changed_and_what_is_refused_is_said(daemon, visit):
    page = visit(daemon, "settings")
    box = page.get_by_role("spinbutton", name="Warning: score")
    page.wait_for_function(
        "() => document.querySelector('#settings-form input[type=number]').value !== ''"
    )
    assert page.get_by_role("button", name="Save").is_disabled()
    box.fill("0.75")
    page.get_by_role("button", name="Save").click()
    page.wait_for_function(
        "() => document.querySelector('.settings-state').textContent.startsWith('Saved')"
    )
    assert daemon.control.asked == [("change", {"fusion.threshold.warning": 0.75})]
    assert (
        page.evaluate("document.querySelector('.threshold[data-level=warning]').style.top") == "25%"
    )


def channels(daemon, *known):
    """Have ``daemon`` tell of these channels."""
    daemon.control.known = known
    daemon.server.publish_channels(daemon.control.channels())


def webhook(**changes):
    return ChannelStatus(**{"name": "care", "sort": "webhook", "state": "ok", **changes})


def test_each_channel_says_how_it_gets_on(daemon, visit):
    page = visit(daemon, "settings")
    card = page.locator('.channel[data-channel="desktop"]')
    card.get_by_text("Works").wait_for()
    then = rfc3339(time.time() - 180)
    failing = {"state": "unavailable", "reason": "The address answers 503.", "waiting": 2}
    channels(daemon, webhook(**failing, failing_since=then, delivered=then, error="old"))
    care = page.locator('.channel[data-channel="care"]')
    care.wait_for()
    assert page.locator(".channel").count() == 1, "the other one is no more"
    words = care.inner_text()
    for told in ("Failing since", "answers 503", "Last delivery 3 min ago", "2 waiting"):
        assert told in words
    page.evaluate("location.hash = 'now'")
    page.get_by_text("Alerts do not reach care.").wait_for()
    channels(daemon, webhook(delivered=then, error="It was away.", error_time=then))
    page.get_by_text("Alerts do not reach care.").wait_for(state="detached")
    page.evaluate("location.hash = 'settings'")
    assert "It was away." in care.inner_text()


def test_a_test_is_sent_and_how_it_went_is_said(daemon, visit):
    daemon.control.known = (webhook(),)
    page = visit(daemon, "settings")
    care = page.locator('.channel[data-channel="care"]')
    button = page.get_by_role("button", name="Send a test to care")
    button.click()
    care.get_by_text("Sending a test").wait_for()
    assert button.is_disabled()
    deadline = time.monotonic() + 60
    while daemon.control.asked != [("test", "care")]:
        assert time.monotonic() < deadline
        page.wait_for_timeout(10)
    common = {"asked": rfc3339(time.time())}
    failed = {"outcome": "failed", "reason": "The address answers 503."}
    channels(daemon, webhook(test=common | failed))
    care.get_by_text("failed: The address answers 503.").wait_for()
    assert button.is_enabled()
    channels(daemon, webhook(test=common | {"outcome": "delivered"}))
    care.get_by_text("was taken").wait_for()
    daemon.control.known = ()
    button.click()
    care.get_by_text("There is no channel").wait_for()


@pytest.mark.slow
@pytest.mark.parametrize("screen", ["dark", "light", "phone"])
def test_axe_finds_nothing_serious(furnished, visit, screens, screen, axe):
    furnished.control.known = (
        webhook(state="unavailable", reason="It is gone.", failing_since=rfc3339(time.time())),
        webhook(name="bell", sort="command", delivered=rfc3339(time.time())),
    )
    furnished.control.values |= {"notify.command.bell.enabled": True}
    page = visit(furnished, **screens[screen])
    page.locator('.alert[data-alert="present"] .alert-summary').click()
    found = []
    for view, ready in (
        ("now", ".alert"),
        ("history", ".heat-cell[data-level]"),
        ("settings", "#settings-form input"),
    ):
        page.evaluate("view => { location.hash = view; }", view)
        page.wait_for_selector(ready)
        if view == "history":
            page.locator(ready).first.click()
            page.wait_for_selector(".minute .chips")
        found += [(view, *violation) for violation in axe(page)]
    assert found == []


def test_a_wide_screen_leaves_no_half_of_the_settings_empty(daemon, visit):
    daemon.control.known = (webhook(), webhook(name="bell", sort="command"))
    rules = {"enabled": True, "level": "warning", "cooldown_s": 0.0, "escalate_after_s": 0.0}
    for channel in ("webhook.care", "command.bell"):
        daemon.control.values |= {f"notify.{channel}.{rule}": rules[rule] for rule in rules}
    page = visit(daemon, "settings", viewport={"width": 1440, "height": 900})
    page.get_by_text("Notifications to bell").wait_for()
    boxes = [one.bounding_box() for one in page.locator("#settings-form .settings-group").all()]
    left, right = min(one["x"] for one in boxes), max(one["x"] + one["width"] for one in boxes)
    form = page.locator("#settings-form").bounding_box()
    assert (left, right) == (form["x"], form["x"] + form["width"])
    middle = form["x"] + form["width"] / 2
    ends = [
        max(one["y"] + one["height"] for one in boxes if (one["x"] > middle) is beside)
        for beside in (False, True)
    ]
    begin = form["y"]
    assert min(ends) - begin > 0.6 * (max(ends) - begin), "both sides are used"


@pytest.mark.parametrize("view", ["now", "history", "settings"])
def test_a_phone_shows_everything_within_its_width(furnished, visit, screens, view):
    page = visit(furnished, view, **screens["phone"])
    page.wait_for_selector(f"#{view}")
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
