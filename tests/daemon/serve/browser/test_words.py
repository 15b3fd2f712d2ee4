"""The dashboard in front of a daemon that understands what is said: real models, a real worker."""

import json
import re

import pytest

LANGUAGE = "[language]\nllm = ''\n[privacy]\ntranscripts = true\n"
LOADING_MS = 180_000


@pytest.mark.slow
def test_the_language_models_are_seen_at_work(tab, start_daemon, distressd, call_for_help):
    daemon = start_daemon("stdin", settings=LANGUAGE)
    page = tab()
    page.goto(json.loads(distressd("dashboard", "--json").stdout)["url"])
    page.wait_for_selector('body[data-link="live"]')
    card = page.get_by_role("region", name="What is said")
    card.get_by_text("0 transcribed since the start", exact=True).wait_for()
    card.get_by_text(re.compile("^Working")).wait_for(timeout=LOADING_MS)

    daemon.hear(call_for_help)
    card.get_by_text(re.compile(r"^[1-9]\d* transcribed")).wait_for(timeout=LOADING_MS)
    card.get_by_text("0 waiting", exact=True).wait_for()
    alert = page.locator(".alert", has_text="confirmed by text").first
    alert.wait_for()
    alert.locator(".alert-summary").click()
    assert "help" in alert.locator("blockquote").inner_text().lower()
    assert "Confirmed by text" in alert.locator(".steps").inner_text()
