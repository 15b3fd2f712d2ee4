"""Files that an installation is made from, in a wheel or in a working copy."""

import re
from collections.abc import Mapping
from pathlib import Path

_IN_WHEEL = Path(__file__).with_name("files")
_HOLE = re.compile(r"@([A-Z_]+)@")
_NAMESPACES = re.compile(r"^#\[namespaces\n(.*?)^#namespaces\]\n", re.DOTALL | re.MULTILINE)


def template_path(folder: str, name: str) -> Path:
    """Where ``name`` of ``systemd/`` or ``launchd/`` lies."""
    in_wheel = _IN_WHEEL / folder / name
    return in_wheel if in_wheel.exists() else Path(__file__).parents[2] / folder / name


def namespace_directives(folder: str, name: str) -> list[str]:
    """The part of a template that needs user namespaces, but for what names files."""
    part = _NAMESPACES.search(template_path(folder, name).read_text(encoding="utf-8"))
    return [line for line in part[1].splitlines() if "@" not in line] if part else []


def fill(folder: str, name: str, values: Mapping[str, str], *, namespaces: bool = True) -> str:
    """The template with every ``@HOLE@`` filled, and the part that needs user namespaces or not.

    Raises:
        KeyError: a hole has no value.
    """
    text = template_path(folder, name).read_text(encoding="utf-8")
    text = _NAMESPACES.sub(r"\1" if namespaces else "", text)
    return _HOLE.sub(lambda hole: values[hole[1]], text)
