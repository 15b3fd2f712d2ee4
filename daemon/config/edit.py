"""Single settings changed in a configuration file, whose comments and order stay."""

import re
from collections.abc import Mapping
from datetime import time

from daemon.config.lines import key_lines
from daemon.config.toml import literal

Value = bool | float | str | time

_VALUE = r"(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\"'#\[{\s][^#]*?)"


class NotEditable(Exception):  # noqa: N818 - the file is fine; it is only written otherwise
    """A setting stands in the file in a way that this module does not rewrite."""


def edited(text: str, values: Mapping[tuple[str, ...], Value]) -> str:
    """``text``, which is valid TOML, with each of ``values`` set.

    A setting that is there is changed in its place; another one comes under its table's header,
    or with a header of its own at the end.

    Raises:
        NotEditable: one stands in an inline table or the like.
    """
    for loc, value in values.items():
        text = _set(text, loc, value)
    return text


def _set(text: str, loc: tuple[str, ...], value: Value) -> str:
    lines, found = text.splitlines(keepends=True), key_lines(text)
    *table, name = loc
    pair = f"{name} = {literal(value)}"
    if loc in found:
        at = found[loc] - 1
        match = re.fullmatch(
            rf"(\s*{re.escape(name)}\s*=\s*)({_VALUE})(\s*(?:#.*)?)", lines[at].rstrip("\r\n")
        )
        if match is None:
            raise NotEditable(f"line {at + 1}")
        # What follows keeps its column where there is room.
        before, old, after = match.groups()
        room = len(old) + len(after) - len(after.lstrip())
        new = literal(value)
        tail = after.lstrip()
        lines[at] = f"{before}{new.ljust(room) if tail else new}{tail}" + _end(lines[at])
        return "".join(lines)
    header = found.get(tuple(table))
    if header is not None:
        if not lines[header - 1].lstrip().startswith("["):
            raise NotEditable(f"line {header}")
        lines[header - 1] = lines[header - 1].rstrip("\r\n") + "\n"
        lines.insert(header, f"{pair}\n")
        return "".join(lines)
    gap = "" if not text or text.endswith("\n") else "\n"
    return f"{text}{gap}\n[{'.'.join(table)}]\n{pair}\n"


def _end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :] or "\n"
