"""The example of a subscriber that the daemon serves."""

import time

import pytest


@pytest.fixture
def example(tab):
    """Opens the example at a daemon, signed in."""

    def example_(daemon):
        page = tab()
        page.goto(daemon.sign_in())
        page.goto(f"http://127.0.0.1:{daemon.server.port}/example")
        page.get_by_text("Connected. Sound: ok.").wait_for()
        return page

    return example_


def test_an_alert_is_shown_answered_and_over(daemon, example):
    daemon.alert("open", why="It was open before.")
    page = example(daemon)
    page.get_by_text("It was open before.").wait_for()
    daemon.alert("new", why="<b>A scream.</b>")
    item = page.locator("li", has_text="<b>A scream.</b>")
    item.wait_for()
    assert page.locator("li").count() == 2
    item.get_by_role("button").click()
    deadline = time.monotonic() + 60
    while daemon.control.asked != [("ack", "new")]:
        assert time.monotonic() < deadline
        page.wait_for_timeout(10)
    daemon.alert("new", "cleared", why="It is quiet.")
    page.locator('li[data-phase="cleared"]', has_text="It is quiet.").wait_for()
    assert page.locator("li").count() == 2


def test_what_was_missed_follows_once_after_a_restart(start, example):
    first = start()
    page = example(first)
    first.alert("before", why="Before.")
    page.get_by_text("Before.").wait_for()
    first.stop()
    page.get_by_text("Trying again").wait_for()
    again = start(port=first.server.port)
    page.get_by_text("Connected. Sound: ok.").wait_for()
    again.alert("after", why="After.")
    page.get_by_text("After.").wait_for()
    words = page.locator("li").all_inner_texts()
    assert [word.partition(",")[0] for word in words] == ["critical scream"] * 2
    assert "The daemon stopped" in words[1], "it was cleared at the restart"


def test_who_is_not_signed_in_is_told_so(daemon, tab):
    page = tab()
    page.goto(f"http://127.0.0.1:{daemon.server.port}/example")
    page.get_by_text("“distressd dashboard” signs a browser in").wait_for()


@pytest.mark.slow
def test_axe_finds_nothing_serious_in_it(daemon, example, axe):
    daemon.alert("open")
    page = example(daemon)
    page.locator("li").wait_for()
    assert axe(page) == []
