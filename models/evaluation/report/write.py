"""Puts the figures and their page into a folder."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from models.errors import DataError


def write_report(
    folder: Path, suite: str, figures: Mapping[str, Any], page: Callable[[Path], str] | None
) -> Path:
    """Write ``SUITE.json`` and ``SUITE.html`` into ``folder``, each whole or not at all.

    Args:
        folder: made if it is not there.
        suite: names the files.
        figures: what the suite found.
        page: makes the page for the folder that it will lie in; None where there is none.

    Returns:
        The page, else the figures.

    Raises:
        DataError: if the folder cannot be written.
    """
    folder = folder.resolve()
    contents = {f"{suite}.json": json.dumps(figures, ensure_ascii=False, indent=1) + "\n"}
    if page is not None:
        contents[f"{suite}.html"] = page(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            unfinished = folder / f"{name}.unfinished"
            unfinished.write_text(content, encoding="utf-8")
            unfinished.replace(folder / name)
    except OSError as error:
        raise DataError(
            f"The report cannot be written to {folder} ({error.strerror}).",
            "Name another folder: --report.",
        ) from error
    return folder / list(contents)[-1]
