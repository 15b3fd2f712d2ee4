"""The parts of a support dump. None reads sound, and none reads what was said."""

import contextlib
import json
import platform
import sqlite3
import stat
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, get_args

from daemon.clips.folder import FOLDER
from daemon.config.load import LoadedConfig
from daemon.doctor import CHECKS
from daemon.doctor.check import Setting
from daemon.errors import InstallError
from daemon.install.manager import service_manager
from daemon.install.plan import run
from daemon.state import Run
from daemon.store.database import FILE
from daemon.wire.base import Kind, Level, Phase

LOG_LINES = 2_000
TIMEOUT_S = 5.0
# Settings that name people, places or machines.
PRIVATE = {
    ("audio", "device"),
    ("serve", "host"),
    ("serve", "hosts"),
    ("serve", "origins"),
    ("serve", "tls_certificate"),
    ("serve", "tls_key"),
    ("acoustic", "weights"),
    ("clips", "recipients"),
    ("language", "lora"),
    ("language", "recipe"),
}
_WORDS = (
    *("command", "daemon", "host", "prefix", "prompt", "phrase", "words", "contact", "name"),
    *("number", "address", "url", "path", "key"),
)


def about() -> dict[str, Any]:
    """Versions."""
    return {
        "python": sys.version,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "packages": dict(sorted((each.name, each.version) for each in distributions())),
    }


def settings(loaded: LoadedConfig) -> dict[str, Any]:
    """Every setting in force; of those that name somebody, only whether they are set."""
    stored = loaded.config.model_dump(mode="json")
    for sort, channels in stored["notify"].items():  # their names are the user's: of people, rooms
        if isinstance(channels, dict):
            named = enumerate(channels.values(), start=1)
            stored["notify"][sort] = {f"channel {number}": each for number, each in named}
    return _settings(stored, ())


def _settings(table: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, value in table.items():
        at = (*path, name)
        if isinstance(value, dict):
            shown[name] = _settings(value, at)
        elif at in PRIVATE or (isinstance(value, str | list) and _names_somebody(name)):
            shown[name] = "[set]" if value else value
        else:
            shown[name] = value
    return shown


def _names_somebody(name: str) -> bool:
    return any(word in name for word in _WORDS)


def findings(setting: Setting) -> dict[str, Any]:
    """What ``distressd doctor`` finds."""
    return {name: asdict(check(setting)) for name, check in CHECKS.items()}


def service() -> dict[str, Any]:
    """What the service manager says."""
    try:
        return asdict(service_manager(platform.system()).status())
    except InstallError as error:
        return {"error": str(error)}


def files(folder: Path) -> list[dict[str, Any]]:
    """Names, sizes and modes in the state folder; nothing is opened.

    The names of clips say when and of which alert they are; here they have numbers.
    """
    found = []
    for number, path in enumerate(sorted(folder.rglob("*")) if folder.is_dir() else ()):
        status = path.lstat()
        name = path.relative_to(folder)
        found.append(
            {
                "name": f"{FOLDER}/{number}" if name.parts[:-1] == (FOLDER,) else name.as_posix(),
                "bytes": status.st_size,
                "mode": stat.filemode(status.st_mode),
            }
        )
    return found


def store(folder: Path) -> dict[str, Any]:
    """How many alerts, by kind, level and phase: no times, no sentences."""
    path = folder / FILE
    if not path.exists():
        return {"error": "there is no store"}
    known = {"kind": set(get_args(Kind)), "level": set(get_args(Level))}
    phases = set(get_args(Phase))
    counts: dict[str, int] = {}
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            rows = database.execute(
                "SELECT phase, json_extract(body, '$.kind'), json_extract(body, '$.level'),"
                " count(*) FROM event GROUP BY 1, 2, 3"
            )
            for phase, kind, level, count in rows:
                if phase in phases and kind in known["kind"] and level in known["level"]:
                    counts[f"{phase} {kind} {level}"] = count
            (minutes,) = database.execute("SELECT count(*) FROM minute").fetchone()
    except sqlite3.Error as error:
        return {"error": f"the store cannot be read ({error})"}
    return {"version": version, "events": counts, "minutes": minutes}


def running(folder: Path) -> Iterator[tuple[str, str]]:
    """``/readyz`` and ``/metrics`` of the daemon, if one runs."""
    run_file = Run.read(folder)
    if run_file is None:
        return
    for name in ("readyz", "metrics"):
        url = f"{run_file.url.replace('ws', 'http', 1)}/{name}"
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - loopback
                yield name, answer.read().decode()
        except urllib.error.HTTPError as error:  # not ready: the answer says why
            with error:
                yield name, error.read().decode()
        except OSError as error:
            yield name, json.dumps({"error": f"no answer ({error})"})


def log() -> str:
    """The end of the service's log."""
    if platform.system() == "Darwin":
        path = Path.home() / "Library" / "Logs" / "distressd" / "distressd.log"
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            return f"There is no log ({error.strerror}).\n"
        return "\n".join(lines[-LOG_LINES:]) + "\n"
    words = ("journalctl", "--user", "--unit=distressd", f"--lines={LOG_LINES}", "--no-pager")
    try:
        done = run((*words, "--output=short-iso", "--no-hostname"))
    except InstallError as error:
        return f"There is no log. {error}\n"
    return done.stdout or done.stderr
