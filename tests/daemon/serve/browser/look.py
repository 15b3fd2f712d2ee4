"""Pictures of the dashboard's views, and what it costs.

    python tests/daemon/serve/browser/look.py FOLDER

Starts a daemon that hears the demonstration scene as a recording, with a fortnight of made-up
history; writes every view in dark, in light and at a phone's width as PNG into FOLDER, and prints
what share of one processor core Chromium took for the live view, how often that was drawn, and how
long after they were raised alerts were on the page.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import soundfile
from conftest import FLAGS, SCREENS
from playwright.sync_api import Page, sync_playwright

from daemon.audio.scene import render
from daemon.health import Health
from daemon.store.journal import Journal
from daemon.store.minute import Minute
from daemon.wire.alert import AlertEvent
from daemon.wire.base import rfc3339

SETTINGS = """version = 1
[serve]
port = 0
[notify]
desktop = false
[language]
enabled = false
[privacy]
transcripts = true
"""
# When alerts that were raised meanwhile came onto the page.
WATCH = """
window.delays = {};
new MutationObserver(() => {
  for (const card of document.querySelectorAll(".alert")) {
    const raised = Date.parse(card.querySelector("time").dateTime);
    window.delays[card.dataset.alert] ??= Date.now() - raised;
  }
}).observe(document, { childList: true, subtree: true });
"""
DAYS = 13
MEASURED_S = 20.0
EXAMPLES = (
    ("critical", "scream", 0.97, "A scream is heard: very likely distress (97 %).", "Screaming"),
    ("warning", "crying", 0.81, "Crying is heard: likely distress (81 %).", "Crying, sobbing"),
    ("warning", "shouting", 0.76, "Shouting is heard: likely distress (76 %).", "Shout"),
    ("advisory", "anger", 0.65, "An angry voice is heard: possibly distress (65 %).", "Speech"),
    ("warning", "infant_crying", 0.86, "An infant is crying (86 %).", "Baby cry, infant cry"),
)
SHARES = {"neutral": 0.3, "calm": 0.4, "happy": 0.1, "sad": 0.05, "angry": 0.05}
SHARES |= {"fearful": 0.04, "disgust": 0.03, "surprised": 0.03}


def furnish(state: Path) -> None:
    """A fortnight of history, the same every time but for the hour."""
    chance = random.Random(7)
    now = int(time.time()) // 60 * 60
    with Journal.open(state, health=Health(), transcripts=True, commit_patience_s=30) as journal:
        for back in range(DAYS * 1_440, 3, -1):
            if (back // 60) % 61 in {3, 4}:
                continue  # somebody had switched it off
            start = now - 60 * back
            day = 8 <= time.localtime(start).tm_hour < 22
            distress = min(0.99, abs(chance.gauss(0.16 if day else 0.03, 0.12)))
            opened = int(6_000 * (0.4 if day else 0.03) * chance.random())
            heard = {"Speech": 0.8 if day else 0.1, "Silence": 0.4 if day else 0.9, "Music": 0.2}
            level = -50.0 if day else -64.0
            minute = Minute(start, 6_000, opened, level, level + 25, distress, 0.0, heard, SHARES)
            journal.minute(minute)
            if back % 500 == 0:  # the writer's queue is bounded
                while not journal.archive.minutes(start, start + 1):
                    time.sleep(0.01)
        for number, at in enumerate(
            sorted(now - chance.random() * 86_400 * DAYS for _ in range(24))
        ):
            example(journal, f"made-up-{number}", at, chance.choice(EXAMPLES))
            if number % 3 == 0:
                journal.feedback(
                    "ack" if number % 2 else "false_alarm", f"made-up-{number}", at + 60
                )


def example(journal: Journal, name: str, at: float, kind: tuple[str, str, float, str, str]) -> None:
    """One alert from its beginning to its end."""
    level, sort, score, why, sound = kind
    grave = level == "critical"
    evidence = {"audio": {"probability": score, "weight": 0.6, "age_s": 0.0}}
    words = {"text": {"probability": 0.83, "weight": 0.3, "age_s": 2.0}}
    common = {
        "id": name,
        "kind": sort,
        "level": level,
        "source": "mic",
        "onset_s": 1.0,
        "why": why,
        "emotions": ({"emotion": "fearful", "probability": 0.6},),
        "sounds": ({"label": sound, "score": 0.9}, {"label": "Speech", "score": 0.3}),
        "category": "call_for_help" if grave else None,
        "transcript": "Please, somebody help me." if grave else None,
        "explanation": "Somebody asks for help." if grave else None,
    }
    stages = {"capture": 8.4, "hop": 0.21, "fusion": 0.12, "store": 0.34, "send": 0.2}
    for phase, later, now, reason in (
        ("raised", 0, score, None),
        ("updated", 2, score, None),
        ("cleared", 9, 0.04, "ended"),
    ):
        event = {"time": rfc3339(at + later), "stream_s": later, "phase": phase, "score": now}
        shown = evidence | words if grave and later else evidence
        told = {"evidence": shown, "reason": reason, "latency_ms": {} if later else stages}
        journal.append(AlertEvent(**common | event | told))


def visit(page: Page, folder: Path, screen: str) -> None:
    """Every view as a picture."""
    for view in ("now", "history", "settings"):
        page.evaluate("view => { location.hash = view; }", view)
        page.wait_for_timeout(1_000)
        if view == "now":
            page.locator(".alert-summary").first.click()
        elif view == "history":
            page.locator(".heat-cell[data-level]").first.click()
        page.wait_for_timeout(800)
        page.screenshot(path=folder / f"{view}-{screen}.png", full_page=view != "history")


def cost(browser: int) -> float:
    """Processor seconds of Chromium and its children so far."""
    parent = psutil.Process(browser)
    return sum(sum(one.cpu_times()[:2]) for one in (parent, *parent.children(recursive=True)))


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        state, config, sound = (Path(scratch) / name for name in ("state", "config", "scene.wav"))
        state.mkdir(mode=0o700)
        furnish(state)
        config.write_text(SETTINGS)
        soundfile.write(sound, render(), 16_000)
        environment = os.environ | {"DISTRESSD_STATE": str(state)}
        command = [sys.executable, "-m", "daemon"]
        words = ["run", "--config", str(config), "--source", f"file:{sound.name}", "--linger"]
        with subprocess.Popen([*command, *words], env=environment, cwd=scratch) as daemon:
            try:
                while not (state / "run.json").exists():
                    time.sleep(0.1)
                picture(command, environment, folder)
            finally:
                daemon.terminate()


def picture(command: list[str], environment: dict[str, str], folder: Path) -> None:
    """Sign in, look, and measure."""

    def address() -> str:
        words = [*command, "dashboard", "--json"]
        ended = subprocess.run(words, env=environment, check=True, capture_output=True)
        return str(json.loads(ended.stdout)["url"])

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=list(FLAGS))
        (process,) = [
            one.pid
            for one in psutil.Process().children(recursive=True)
            if "--headless" in one.cmdline()
            and "--type=renderer" not in " ".join(one.cmdline())
            and not any(word.startswith("--type=") for word in one.cmdline())
        ]
        for number, (screen, options) in enumerate(SCREENS.items()):
            page = browser.new_page(**options)
            page.add_init_script(WATCH)
            page.goto(address())
            page.wait_for_selector('body[data-link="live"]')
            if number == 0:
                page.wait_for_timeout(4_000)
                measure(page, process)
            visit(page, folder, screen)
            page.close()
        browser.close()


def measure(page: Page, browser: int) -> None:
    """Print what the live view costs."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def busy_s() -> float:
        figures = session.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in figures if one["name"] == "TaskDuration"))

    before = set(page.evaluate("Object.keys(window.delays)"))
    began = time.monotonic(), busy_s(), cost(browser)
    page.wait_for_timeout(MEASURED_S * 1_000)
    ended = time.monotonic(), busy_s(), cost(browser)
    passed, page_s, all_s = (after - before for before, after in zip(began, ended, strict=True))
    print(
        f"live view: {100 * page_s / passed:.1f} % of a core in the page's thread,"
        f" {100 * all_s / passed:.1f} % in all of Chromium, painting without a graphics processor,"
        f" {page.get_attribute('#live', 'data-drawings')} drawings a second at the end"
    )
    delays = page.evaluate("window.delays")
    shown = sorted(delay for alert, delay in delays.items() if alert not in before)
    print(
        f"on the page after they were raised: {', '.join(f'{one} ms' for one in shown) or 'none'}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
