"""``config.toml`` says every setting, its default, and what it is for."""

import re
import tomllib
from collections.abc import Iterator
from typing import get_args, get_origin

from pydantic import BaseModel

from daemon.config.load import parse_config, read_config, shipped_config
from daemon.config.notify import Channel, Notify
from daemon.config.schema import Config

CHANNELS = {
    ("notify", name): get_args(field.annotation)[1]
    for name, field in Notify.model_fields.items()
    if get_origin(field.annotation) is dict
}


def settings(section: BaseModel, table: str = "") -> Iterator[tuple[str, str]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if (table, name) in CHANNELS:
            continue
        if isinstance(value, BaseModel):
            yield from settings(value, f"{table}.{name}".lstrip("."))
        else:
            yield table, name


def test_it_is_the_defaults():
    assert read_config(shipped_config()).config == Config()


def test_it_mentions_every_setting_in_its_table():
    tables: dict[str, str] = {"": ""}
    table = ""
    for line in shipped_config().read_text(encoding="utf-8").splitlines():
        header = re.match(r"\[(.+?)\]", line)
        if header:
            table = header[1]
            tables[table] = ""
        tables[table] += line + "\n"
    missing = [
        f"[{table}] {name}"
        for table, name in settings(Config())
        if f"{table}.{name}" not in tables
        and not re.search(rf"^(# )?{name} = ", tables.get(table, ""), re.MULTILINE)
    ]
    assert not missing


def examples() -> dict[str, dict]:
    """The channels that stand in comments, without the comment signs."""
    lines = shipped_config().read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("# [notify."))
    text = "\n".join(line[2:] for line in lines[start:] if line.startswith("#"))
    return tomllib.loads(text)["notify"]


def test_it_shows_every_setting_of_every_channel_with_its_default(tmp_path):
    assert {("notify", sort) for sort in examples()} == set(CHANNELS)
    for (_, sort), model in CHANNELS.items():
        ((_, shown),) = examples()[sort].items()
        own = set(model.model_fields) - set(Channel.model_fields)
        assert set(shown) == own
        for name in own:
            field = model.model_fields[name]
            if not field.is_required() and field.default is not None:
                assert shown[name] == field.default


def test_the_channels_that_it_shows_are_right(tmp_path):
    lines = shipped_config().read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("# [notify."))
    text = "\n".join(line.removeprefix("# ") for line in lines[start:] if line.startswith("# "))
    text = text.partition("\n[privacy]")[0]
    config = parse_config(f"version = 1\n{text}", tmp_path / "config.toml").config
    assert set(config.notify.channels()) == {"phone", "care", "home", "bell"}


def test_the_commented_settings_are_those_without_a_default():
    text = shipped_config().read_text(encoding="utf-8")
    commented = set(re.findall(r"^# (\w+) = ", text, re.MULTILINE))
    of_channels = {name for model in CHANNELS.values() for name in model.model_fields}
    assert commented - of_channels == {"weights", "lora", "recipe", "tls_certificate", "tls_key"}
    assert "hours" in commented
