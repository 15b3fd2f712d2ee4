"""The dashboard in front of a real daemon that hears a recording, through death and restart."""

import json
import signal
from urllib.parse import urlsplit

import pytest

from daemon.clips.identity import make_identity
from daemon.wire.base import wall_seconds

# When each alert came onto the page, by its id.
WATCH = """
window.appeared = {};
new MutationObserver(() => {
  for (const { dataset } of document.querySelectorAll(".alert")) {
    window.appeared[dataset.alert] ??= Date.now();
  }
}).observe(document, { childList: true, subtree: true });
"""


@pytest.mark.slow
def test_an_alert_is_shown_acknowledged_and_outlives_the_daemon(
    tab, start_daemon, distressd, scene_recording, painted, tmp_path
):
    recipient = make_identity(tmp_path / "clips.key")
    clips = f'[clips]\nenabled = true\nrecipients = ["{recipient}"]\n'
    daemon = start_daemon("stdin", settings=clips)
    page = tab()
    page.add_init_script(WATCH)
    page.goto(json.loads(distressd("dashboard", "--json").stdout)["url"])
    page.wait_for_selector('body[data-link="live"]')

    with daemon.subscribe() as subscriber:
        subscriber.receive()
        daemon.hear(scene_recording)
        heard = subscriber.alerts("raised")
    raised = heard[-1]
    card = page.locator(f'.alert[data-alert="{raised["id"]}"]')
    card.wait_for()
    appeared = page.evaluate("window.appeared")
    late_ms = [appeared[one["id"]] - 1000 * wall_seconds(one["time"]) for one in heard]
    print(f"\non the page after they were raised: {', '.join(f'{one:.0f} ms' for one in late_ms)}")
    # The soonest: whatever else runs on this machine may delay some, and a slow page delays all.
    assert min(late_ms) <= 200
    assert float(page.inner_text("#score")) > 0
    assert "frames a second" in page.inner_text("#parts")
    assert "Sound around alerts is kept, encrypted" in page.inner_text("#parts")
    page.wait_for_function(painted, arg="#plot canvas")

    card.get_by_text("Acknowledge").click()
    page.wait_for_selector(f'.alert[data-alert="{raised["id"]}"][data-said="ack"]')

    port = urlsplit(daemon.url).port
    daemon.kill()
    page.wait_for_selector('body[data-link="lost"]')
    assert "What you see is old" in page.inner_text("#notices")
    assert page.inner_text("#condition-text").startswith("Not connected")

    again = start_daemon("stdin", state=daemon.state, port=port)
    page.wait_for_selector('body[data-link="live"]')
    page.wait_for_selector(
        f'.alert[data-alert="{raised["id"]}"][data-open="false"][data-said="ack"]'
    )
    card.locator(".alert-summary").click()
    card.get_by_text("the daemon was restarted").wait_for()
    page.reload()
    page.wait_for_selector(f'.alert[data-alert="{raised["id"]}"][data-said="ack"]')

    again.process.send_signal(signal.SIGSTOP)
    try:
        page.wait_for_selector('body[data-link="silent"]')
        assert "does not answer" in page.inner_text("#condition-text")
    finally:
        again.process.send_signal(signal.SIGCONT)
    page.wait_for_selector('body[data-link="live"]')


@pytest.mark.slow
def test_a_threshold_that_is_changed_is_in_the_file_and_in_force(
    tab, start_daemon, distressd, tmp_path
):
    start_daemon("stdin")
    page = tab()
    page.goto(json.loads(distressd("dashboard", "--json").stdout)["url"])
    page.wait_for_selector('body[data-link="live"]')
    page.evaluate("location.hash = 'settings'")
    box = page.get_by_role("spinbutton", name="Warning: score")
    box.wait_for()
    page.wait_for_function(
        "() => document.querySelector('.settings-foot').textContent.includes('Kept in')"
    )
    box.fill("0.95")
    page.get_by_role("button", name="Save").click()
    page.wait_for_function(
        "() => document.querySelector('.settings-state').textContent.includes('ascend')"
    )
    box.fill("0.75")
    page.get_by_role("button", name="Save").click()
    page.wait_for_function(
        "() => document.querySelector('.settings-state').textContent.startsWith('Saved')"
    )
    assert "warning = 0.75" in (tmp_path / "config.toml").read_text()
    other = tab()
    other.goto(json.loads(distressd("dashboard", "--json").stdout)["url"])
    other.wait_for_function(
        "() => document.querySelector('.threshold[data-level=warning]').title.endsWith('0.75')"
    )


def test_without_a_daemon_there_is_no_dashboard(distressd):
    ended = distressd("dashboard")
    assert ended.returncode == 1
    assert "No daemon runs" in ended.stderr
    assert "distressd run" in ended.stderr
