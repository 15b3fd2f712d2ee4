"""From a file to a :class:`Config`, or to every mistake in the file at once."""

import json
import logging
import os
import re
import tomllib
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from platformdirs import user_config_path
from pydantic import ValidationError

from daemon.config.lines import Loc, key_lines
from daemon.config.migration import Document, migrate
from daemon.config.mistakes import describe
from daemon.config.schema import Config
from daemon.errors import ConfigError

log = logging.getLogger(__name__)

ENVIRONMENT = "DISTRESSD_CONFIG"


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """A configuration, the file it came from and the line of each setting in that file.

    Attributes:
        document: what the file sets, in the newest version.
        migrated: a sentence for each thing that a file of an earlier version had to have changed.
    """

    config: Config
    path: Path
    lines: dict[Loc, int]
    document: Document
    migrated: tuple[str, ...] = ()


def load_config(path: Path | None = None) -> Config:
    """The configuration from ``path``, or from where :func:`find_config` finds one.

    Raises:
        ConfigError: the file cannot be read, is not TOML, or has wrong settings.
    """
    loaded = read_config(find_config(path))
    for change in loaded.migrated:
        log.warning("%s: %s `distressd config migrate` writes it.", loaded.path, change)
    return loaded.config


def find_config(path: Path | None = None) -> Path:
    """``path``, else ``DISTRESSD_CONFIG``, else the user's file, else the shipped one."""
    if path is not None:
        return path
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named).expanduser()
    own = user_config_file()
    return own if own.exists() else shipped_config()


def own_config(path: Path | None = None) -> Path:
    """Where changes belong: as :func:`find_config`, but never the shipped file by default."""
    named = path is not None or ENVIRONMENT in os.environ
    return find_config(path) if named else user_config_file()


def user_config_file() -> Path:
    """Where a user keeps changes."""
    return user_config_path("distressd") / "config.toml"


def shipped_config() -> Path:
    """The commented file with every default.

    In a wheel it lies beside this module; in a working copy at the top of the repository.
    """
    in_wheel = Path(__file__).with_name("default.toml")
    return in_wheel if in_wheel.exists() else Path(__file__).parents[2] / "config.toml"


def read_config(path: Path) -> LoadedConfig:
    """Read and validate ``path``.

    Raises:
        ConfigError: with one line for each mistake.
    """
    return parse_config(_read(path), path)


def parse_config(text: str, path: Path) -> LoadedConfig:
    """Validate ``text``, which is what the file ``path`` holds.

    Raises:
        ConfigError: with one line for each mistake.
    """
    try:
        data = tomllib.loads(text)
        lines = key_lines(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_syntax(path, text, str(error))) from error
    except RecursionError as error:
        raise ConfigError(f"{path}: lists or tables are nested too deeply.") from error
    data, notes = migrate(data)
    # By way of JSON, pydantic is strict about types ("yes" is no boolean) and still takes
    # a list for a tuple and text for a path or a time of day.
    document = json.dumps(data, default=_plain)
    try:
        config = Config.model_validate_json(document, strict=True, context={"folder": path.parent})
    except ValidationError as error:
        mistakes = sorted(_located(describe(each), lines) for each in error.errors())
        raise ConfigError(
            "\n".join(f"{path}:{line}: {words}" for line, words in mistakes)
        ) from error
    return LoadedConfig(config, path, lines, data, tuple(notes))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            f"There is no configuration file {path}.",
            f"Copy {shipped_config()} there, or leave out --config and {ENVIRONMENT}.",
        ) from error
    except OSError as error:
        raise ConfigError(f"Cannot read the configuration {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8 text.", "Save the file as UTF-8.") from error


def _syntax(path: Path, text: str, message: str) -> str:
    """``tomllib``'s message with its line in front, as for every other mistake."""
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    what = message[: found.start()] if found else message
    return f"{path}:{line}: not valid TOML: {what[:1].lower()}{what[1:]}"


def _located(mistake: tuple[Loc, str], lines: dict[Loc, int]) -> tuple[int, str]:
    """The line of the setting, or of the nearest table around it that is in the file."""
    loc, words = mistake
    for depth in range(len(loc), 0, -1):
        if loc[:depth] in lines:
            return lines[loc[:depth]], words
    return 1, words


def _plain(value: Any) -> str:
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"TOML has no {type(value).__name__}")
