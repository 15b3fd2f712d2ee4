"""Settings as TOML."""

import re
from collections.abc import Iterator
from datetime import time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def literal(value: Any) -> str:
    """A value of a setting; a table with entries is a table of its own."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return "{}"
    escaped = "".join(_ESCAPES.get(letter, letter) for letter in str(value))
    return f'"{escaped}"'


def document_text(document: dict[str, Any]) -> str:
    """A whole document."""
    return "\n".join(_lines(document, ())).lstrip("\n") + "\n"


def _lines(table: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    tables = {name: value for name, value in table.items() if isinstance(value, dict) and value}
    if path and (len(tables) < len(table) or not table):
        yield ""
        yield f"[{'.'.join(map(_key, path))}]"
    for name, value in table.items():
        if name not in tables:
            yield f"{_key(name)} = {literal(value)}"
    for name, value in tables.items():
        yield from _lines(value, (*path, name))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else literal(name)


_CONTROLS = (*range(0x20), 0x7F)
_ESCAPES = {chr(code): f"\\u{code:04x}" for code in _CONTROLS} | {'"': '\\"', "\\": "\\\\"}
