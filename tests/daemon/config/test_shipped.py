"""``config.toml`` says every setting, its default, and what it is for."""

import re
from collections.abc import Iterator

from pydantic import BaseModel

from daemon.config.load import read_config, shipped_config
from daemon.config.schema import Config


def settings(section: BaseModel, table: str = "") -> Iterator[tuple[str, str]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
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


def test_the_commented_settings_are_those_without_a_default():
    text = shipped_config().read_text(encoding="utf-8")
    commented = set(re.findall(r"^# (\w+) = ", text, re.MULTILINE))
    assert commented == {"weights", "lora", "tls_certificate", "tls_key"}
