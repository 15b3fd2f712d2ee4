"""Pictures of the dashboard's views, and what it costs.

    python tests/daemon/serve/browser/look.py FOLDER

Starts a daemon that hears the demonstration scene as a recording, with a fortnight of made-up
history; writes every view in dark, in light and at a phone's width as PNG into FOLDER, and prints
what share of one processor core the live view took: the page's own thread, what puts frames on the
screen, and all of Chromium; drawn as often as the page chooses, and forced to 20, 10 and 4 times a
second. Then how long after they were raised alerts were on the page.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
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
[notify.command.bell]
command = ["true"]
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
# One after the other, so that something is heard while all of this lasts.
SCENES = 5
MEASURED_S = 20.0
# Leaves the page no choice how often it draws.
FORCED = """export class Rate {
  slots = 20 / %d;
  aSecond = %d;
  told = false;
  asks = () => !this.told && (this.told = true);
  drawn = () => {};
}"""
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


def cost(browser: psutil.Process) -> dict[str, float]:
    """Processor seconds so far: of renderers' main threads, of the compositor's process, of all."""
    spent = {"page": 0.0, "compositor": 0.0, "all": 0.0}
    for process in (browser, *browser.children(recursive=True)):
        words = process.cmdline()
        spent["all"] += sum(process.cpu_times()[:2])
        if "--type=gpu-process" in words:
            spent["compositor"] += sum(process.cpu_times()[:2])
        elif "--type=renderer" in words:
            (main,) = (one for one in process.threads() if one.id == process.pid)
            spent["page"] += main.user_time + main.system_time
    return spent


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        state, config, sound = (Path(scratch) / name for name in ("state", "config", "scene.wav"))
        state.mkdir(mode=0o700)
        furnish(state)
        config.write_text(SETTINGS)
        soundfile.write(sound, np.tile(render(), SCENES), 16_000)
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
        (process,) = (
            one
            for one in psutil.Process().children(recursive=True)
            if "--headless" in one.cmdline()
            and not any(word.startswith("--type=") for word in one.cmdline())
        )
        delays: list[int] = []
        for rate in (None, 20, 10, 4):
            page = browser.new_page(**SCREENS["dark"])
            if rate is not None:
                force(page, rate)
            page.add_init_script(WATCH)
            page.goto(address())
            page.wait_for_selector('body[data-link="live"]')
            page.wait_for_timeout(6_000)
            delays += measure(page, process, forced=rate is not None)
            page.close()
        told = ", ".join(f"{one} ms" for one in sorted(delays)) or "none"
        print(f"on the page after they were raised: {told}")
        for screen, options in SCREENS.items():
            page = browser.new_page(**options)
            page.goto(address())
            page.wait_for_selector('body[data-link="live"]')
            page.wait_for_timeout(4_000)
            visit(page, folder, screen)
            page.close()
        browser.close()


def force(page: Page, rate: int) -> None:
    """Have ``page`` draw so often, whatever that costs."""
    body = FORCED % (rate, rate)
    page.route(
        "**/dashboard/rate.js",
        lambda route: route.fulfill(body=body, content_type="text/javascript"),
    )


def measure(page: Page, browser: psutil.Process, *, forced: bool) -> list[int]:
    """Print what the live view costs; how late alerts were that came meanwhile, in milliseconds."""
    before = set(page.evaluate("Object.keys(window.delays)"))
    began, spent = time.monotonic(), cost(browser)
    page.wait_for_timeout(MEASURED_S * 1_000)
    passed = time.monotonic() - began
    shares = {name: 100 * (then - spent[name]) / passed for name, then in cost(browser).items()}
    print(
        f"{page.get_attribute('#live', 'data-drawings'):>2} drawings a second"
        f" ({'forced' if forced else 'chosen'}): {shares['page']:.1f} % of a core in the page's"
        f" thread, {shares['compositor']:.1f} % in the compositor, {shares['all']:.1f} % in all;"
        f" load average {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    delays = page.evaluate("window.delays")
    return [delay for alert, delay in delays.items() if alert not in before]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
