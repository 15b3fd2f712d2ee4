"""Brings a configuration file of an earlier version up to date.

A change of the format that would make a right file wrong gets the next version, and one entry in
:data:`MIGRATIONS`: a function that changes the parsed document in place and says what it changed.
The file itself is left alone until ``distressd config migrate``.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from daemon.config.lines import Loc

Document = dict[str, Any]
Migration = Callable[[Document], list[str]]

# From the version of a file to the next; never edit an entry that has shipped.
MIGRATIONS: Mapping[int, Migration] = MappingProxyType({})


def migrate(
    document: Document, migrations: Mapping[int, Migration] = MIGRATIONS
) -> tuple[Document, list[str]]:
    """``document`` in the newest version, and a sentence for each thing that was changed.

    A file without a version is of the first. One of a later version, or whose version is no
    number, is left as it is: validation says so, with its line.
    """
    newest = max(migrations, default=0) + 1
    version = document.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version < newest:
        return document, []
    notes: list[str] = []
    for step in range(version, newest):
        notes += migrations[step](document)
        document["version"] = step + 1
    return document, notes


def move(document: Document, old: Loc, new: Loc) -> list[str]:
    """Give the setting ``old`` the name ``new``; a building block of a migration."""
    table = _table(document, old[:-1])
    if table is None or old[-1] not in table:
        return []
    value = table.pop(old[-1])
    target = document
    for name in new[:-1]:
        target = target.setdefault(str(name), {})
    target.setdefault(str(new[-1]), value)
    return [f"{_name(old)} is now {_name(new)}."]


def drop(document: Document, old: Loc, why: str) -> list[str]:
    """Take the setting ``old`` out; a building block of a migration."""
    table = _table(document, old[:-1])
    if table is None or old[-1] not in table:
        return []
    del table[old[-1]]
    return [f"{_name(old)} is gone: {why}."]


def _table(document: Document, loc: Loc) -> Document | None:
    found: Any = document
    for name in loc:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _name(loc: Loc) -> str:
    return f"[{'.'.join(map(str, loc[:-1]))}] {loc[-1]}"
