"""Real Chromium, in front of the real server."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A name that leads to this machine, as after DNS rebinding.
    "--host-resolver-rules=MAP rebound.example 127.0.0.1",
)
PATIENCE_MS = 60_000
SERIOUS = {"serious", "critical"}
PAINTED = """
selector => {
  const canvas = document.querySelector(selector);
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const row = 4 * canvas.width;
  for (let at = 0; at < pixels.length; at += 4) {
    const first = at - (at % row);
    if ([0, 1, 2].some((part) => pixels[at + part] !== pixels[first + part])) return true;
  }
  return false;
}
"""
SCREENS: dict[str, dict[str, Any]] = {
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 860}},
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 860}},
    "phone": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}


# Of one module: while it is open, this thread has an event loop that runs, and no other may.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    """Opens tabs, each in a profile of its own; whatever goes wrong in one fails the test."""
    contexts, problems = [], []

    def open_tab(**options: Any) -> Any:
        context = chromium.new_context(**(SCREENS["dark"] | options))
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(daemon: Any, tab: Callable[..., Any]) -> Any:
    """A tab that is signed in at the ``daemon`` of the module."""
    page = tab()
    page.goto(daemon.sign_in())
    page.wait_for_selector('body[data-link="live"]')
    return page


@pytest.fixture(scope="session")
def screens() -> dict[str, dict[str, Any]]:
    """What the page is looked at on."""
    return SCREENS


@pytest.fixture(scope="session")
def painted() -> str:
    """Whether there is more on a canvas than lines across it, as a function of its selector."""
    return PAINTED


@pytest.fixture(scope="session")
def axe() -> Callable[[Any], list[tuple[str, str, list[str]]]]:
    """What axe-core finds on a page that keeps somebody out."""
    package = pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    script = (Path(package.__file__).parent / "axe.min.js").read_text()

    def look(page: Any) -> list[tuple[str, str, list[str]]]:
        page.evaluate(script)
        return [
            (one["id"], one["help"], [node["html"][:120] for node in one["nodes"][:3]])
            for one in page.evaluate("axe.run()")["violations"]
            if one["impact"] in SERIOUS
        ]

    return look
