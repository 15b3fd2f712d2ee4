"""Settings that change while the daemon runs: shown, and written into the configuration file."""

import copy
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import time
from pathlib import Path
from typing import Any, Final

from daemon.config.edit import NotEditable, edited
from daemon.config.files import replace_text
from daemon.config.load import parse_config, shipped_config
from daemon.config.migration import Document
from daemon.config.schema import Config
from daemon.errors import ConfigError, UsageError
from daemon.wire.settings import Settings, Value

LIVE: Final = (
    "fusion.threshold.advisory",
    "fusion.threshold.warning",
    "fusion.threshold.critical",
    "fusion.cooldown_s",
    "quiet_hours.enabled",
    "quiet_hours.start",
    "quiet_hours.end",
    "notify.desktop",
    "notify.level",
    "notify.cooldown_s",
    "notify.escalate_after_s",
)
LIVE_OF_A_CHANNEL: Final = ("enabled", "level", "cooldown_s", "escalate_after_s")
EMPTY = "version = 1\n"


class LiveSettings:
    """What may be changed from afar: few settings, none that could make the daemon deaf for good.

    A change is written into the file that the daemon reads, and comes into force as when somebody
    edits that file and has it read again: it outlives a restart, and ``distressd config show``
    tells of it.

    Args:
        in_force: the configuration that the daemon goes by.
        file: where the daemon reads its configuration at this moment, or will once it is there;
            None where there is none.
        reload: has it read again.
        waiting: what of the file needs a restart, in a sentence.
    """

    def __init__(
        self,
        in_force: Callable[[], Config],
        file: Callable[[], Path] | None,
        reload: Callable[[], None],
        waiting: Callable[[], str],
    ) -> None:
        self._in_force = in_force
        self._file = file
        self._reload = reload
        self._waiting = waiting
        self._writing = threading.Lock()

    def told(self, moment: str, stream_s: float) -> Settings:
        """What is in force, as a message without an ``id``."""
        in_force = self._in_force()
        config = in_force.model_dump(mode="json")
        return Settings(
            time=moment,
            stream_s=stream_s,
            id=None,
            values={name: _at(config, name) for name in live(in_force)},
            file="" if self._file is None else str(self._file()),
            fixed=self._fixed(),
            waiting=self._waiting(),
        )

    def change(self, values: Mapping[str, Value]) -> None:
        """Write ``values`` into the file, and have it read again.

        Raises:
            UsageError: one of them cannot be changed, or not from here.
            ConfigError: what would be in the file is no valid configuration.
        """
        known = live(self._in_force())
        for name in values:
            if name not in known:
                raise UsageError(f"{name!r} cannot be changed while the daemon runs.")
        fixed = self._fixed()
        if fixed or self._file is None:
            raise UsageError(fixed, "Edit its configuration file, and reload it.")
        with self._writing:
            self._write(self._file(), values)
        self._reload()

    def _fixed(self) -> str:
        if self._file is None:
            return "This daemon was started without a configuration file."
        path = self._file()
        if path.exists() and path.samefile(shipped_config()):
            return f"{path} is the file that comes with distressd."
        folder = path if path.exists() else _nearest(path)
        if not os.access(folder, os.W_OK):
            return f"{path} may not be written by the daemon."
        return ""

    def _write(self, path: Path, values: Mapping[str, Value]) -> None:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else EMPTY
        plain = {tuple(name.split(".")): _plain(value) for name, value in values.items()}
        try:
            new = edited(text, plain)
        except NotEditable as error:
            raise ConfigError(
                f"{path} has this setting in a form that is not rewritten ({error}).",
                "Edit the file by hand.",
            ) from error
        wanted = _with(parse_config(text, path).document, plain)
        try:
            written = parse_config(new, path)
        except ConfigError as error:
            # Nothing is written, so that the file's name and lines would mislead.
            mistakes = [line.removeprefix(f"{path}:") for line in error.message.splitlines()]
            raise ConfigError(" ".join(line.partition(": ")[2] for line in mistakes)) from error
        # The file says exactly what was asked for, and nothing else has changed.
        if written.document != wanted:
            raise ConfigError(f"{path} cannot be changed from here.", "Edit the file by hand.")
        try:
            replace_text(path, new)
        except OSError as error:
            raise ConfigError(
                f"{path} cannot be written ({error.strerror}).", "Try again."
            ) from error


def live(config: Config) -> tuple[str, ...]:
    """Every setting that may be changed from afar, by ``section.name``."""
    notify = config.notify
    sorts: dict[str, Iterable[str]] = {
        "apprise": notify.apprise,
        "webhook": notify.webhook,
        "mqtt": notify.mqtt,
        "command": notify.command,
    }
    channels = [f"notify.{sort}.{name}" for sort, named in sorts.items() for name in named]
    return LIVE + tuple(f"{one}.{rule}" for one in channels for rule in LIVE_OF_A_CHANNEL)


def _at(config: Any, name: str) -> Value:
    for part in name.split("."):
        config = config[part]
    value: Value = config
    return value


def _plain(value: Value) -> Value | time:
    """A time of day is one in TOML, too."""
    if isinstance(value, str) and ":" in value:
        try:
            return time.fromisoformat(value)
        except ValueError:
            return value
    return value


def _with(document: Document, values: Mapping[tuple[str, ...], Value | time]) -> Document:
    changed = copy.deepcopy(document)
    for (*tables, last), value in values.items():
        table = changed
        for part in tables:
            table = table.setdefault(part, {})
        table[last] = value
    return changed


def _nearest(path: Path) -> Path:
    """The closest folder above ``path`` that is there."""
    return next(folder for folder in path.absolute().parents if folder.exists())
