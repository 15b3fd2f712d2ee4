"""``distressd config``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from daemon.cli.group import LazyGroup
from daemon.cli.options import config_option, json_option, print_json
from daemon.config.files import replace_text
from daemon.config.lines import Loc
from daemon.config.load import LoadedConfig, find_config, read_config
from daemon.config.toml import document_text, literal
from daemon.errors import ConfigError


@click.group(
    cls=LazyGroup,
    lazy={
        "check": ("daemon.cli.config:check", "Find every mistake in the configuration."),
        "show": ("daemon.cli.config:show", "Show every setting in force and where it comes from."),
        "migrate": ("daemon.cli.config:rewrite", "Bring a file of an earlier version up to date."),
    },
)
def config() -> None:
    """Check the configuration, show what is in force, or bring its file up to date."""


@click.command()
@config_option
@click.argument("path", required=False, type=click.Path(path_type=Path))
@json_option
def check(config_path: Path | None, path: Path | None, *, as_json: bool) -> None:
    """Find every mistake in the configuration (or in the file PATH); exit 2 where there is one."""
    loaded = read_config(find_config(path or config_path))
    if as_json:
        print_json({"path": str(loaded.path), "ok": True})
    else:
        click.echo(f"{loaded.path} is right.")


@click.command()
@config_option
def rewrite(config_path: Path | None) -> None:
    """Bring a file of an earlier version up to date; the old one stays beside it.

    Comments are in the old one only.
    """
    loaded = read_config(find_config(config_path))
    if not loaded.migrated:
        click.echo(f"{loaded.path} is up to date.")
        return
    kept = loaded.path.with_name(f"{loaded.path.name}.before-migration")
    try:
        before = loaded.path.read_bytes().decode()
        replace_text(kept, before, mode=loaded.path.stat().st_mode & 0o777)
        replace_text(loaded.path, document_text(loaded.document))
    except OSError as error:
        raise ConfigError(f"{loaded.path} cannot be rewritten ({error.strerror}).") from error
    for change in loaded.migrated:
        click.echo(change)
    click.echo(f"{loaded.path} is up to date; the old file is {kept}.")


@click.command()
@config_option
@json_option
def show(config_path: Path | None, *, as_json: bool) -> None:
    """Show every setting in force and where it comes from."""
    loaded = read_config(find_config(config_path))
    if as_json:
        origins = {".".join(map(str, loc)): _origin(loc, loaded) for loc, _ in _settings(loaded)}
        settings = loaded.config.model_dump(mode="json")
        print_json({"path": str(loaded.path), "settings": settings, "origin": origins})
    else:
        click.echo(_as_toml(loaded))


def _settings(loaded: LoadedConfig) -> Iterator[tuple[Loc, Any]]:
    """Every setting: the plain ones of a table come before its own tables, as TOML wants it."""
    yield from _inside(loaded.config, ())


def _inside(section: BaseModel | dict[str, Any], loc: Loc) -> Iterator[tuple[Loc, Any]]:
    if isinstance(section, BaseModel):
        items = [(name, getattr(section, name)) for name in type(section).model_fields]
    else:
        items = list(section.items())
    yield from (((*loc, name), value) for name, value in items if not _is_table(value))
    for name, value in items:
        if _is_table(value):
            yield from _inside(value, (*loc, name))


def _is_table(value: Any) -> bool:
    return isinstance(value, BaseModel) or (isinstance(value, dict) and bool(value))


def _origin(loc: Loc, loaded: LoadedConfig) -> str:
    """``line 12`` of the file, or ``default``."""
    line = loaded.lines.get(loc)
    return f"line {line}" if line else "default"


def _as_toml(loaded: LoadedConfig) -> str:
    lines = [f"# {loaded.path}"]
    table: Loc = ()
    for loc, value in _settings(loaded):
        if loc[:-1] != table:
            table = loc[:-1]
            lines += ["", f"[{'.'.join(map(str, table))}]"]
        text = f"# {loc[-1]} is not set" if value is None else f"{loc[-1]} = {literal(value)}"
        lines.append(f"{text:<44} # {_origin(loc, loaded)}")
    return "\n".join(lines)
