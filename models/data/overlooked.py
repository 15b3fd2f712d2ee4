"""Folders under a data root that are not read, and why: nothing is left out in silence."""

import re
from pathlib import Path
from typing import Final

from models.data.schemes import AUDIO_SUFFIXES, SCHEMES
from models.data.table import TABLE

# How published archives begin that are not called what their corpus is called here.
_ARCHIVES: Final = {
    "urbansound8k": "us8k",
    "emospeech": "emospeech_in",
    "audiospeechactors": "ravdess",
}


def spelling_of(folder: str) -> str | None:
    """The published corpus that somebody who named a folder so may mean."""
    plain = _plain(folder)
    known = {_plain(corpus): corpus for corpus in SCHEMES} | _ARCHIVES
    return next((corpus for begins, corpus in known.items() if plain.startswith(begins)), None)


def is_corpus(folder: Path) -> bool:
    """Whether a folder is read: by its table, or because it has a published corpus's name."""
    return folder.is_dir() and ((folder / TABLE).is_file() or folder.name in SCHEMES)


def overlooked(root: Path) -> dict[str, str]:
    """What is not read of the folders under ``root``, by name: why, and how it would be.

    Folders without a recording are left out, unless they are named nearly as a corpus is.
    """
    found: dict[str, str] = {}
    for folder in sorted(root.iterdir()):
        if not folder.is_dir() or folder.name.startswith(".") or is_corpus(folder):
            continue
        meant = spelling_of(folder.name)
        if meant is not None:
            found[folder.name] = f"no corpus has this name; called {meant}, it would be read"
        elif _holds_recordings(folder):
            found[folder.name] = f"it has no {TABLE}, and its name is no published corpus's"
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _holds_recordings(folder: Path) -> bool:
    return any(path.suffix.lower() in AUDIO_SUFFIXES for path in folder.rglob("*"))
