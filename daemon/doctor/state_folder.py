"""Can the daemon keep its state, and can nobody else read its token?"""

import os
import stat
from pathlib import Path

from daemon.doctor.check import Finding, Setting


def check(setting: Setting) -> Finding:
    """The state folder and the token in it."""
    folder = setting.state
    if not folder.exists():
        return _parent(folder)
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return Finding(
            "failed",
            f"The state folder {folder} cannot be written.",
            f"Run: chmod u+rwx {folder}, or point DISTRESSD_STATE elsewhere.",
        )
    token = folder / "token"
    if token.exists():
        mode = stat.S_IMODE(token.stat().st_mode)
        if mode & 0o077:
            return Finding(
                "failed",
                f"Others can read the token {token} (mode {mode:04o}).",
                f"Run: chmod 600 {token}",
            )
    return Finding("ok", str(folder))


def _parent(folder: Path) -> Finding:
    """The nearest folder that exists has to take the new one."""
    parent = next(each for each in folder.absolute().parents if each.exists())
    if parent.is_dir() and os.access(parent, os.W_OK | os.X_OK):
        return Finding("ok", f"{folder} will be made at the first start")
    return Finding(
        "failed",
        f"The state folder {folder} cannot be made in {parent}.",
        "Point DISTRESSD_STATE at a folder of your own.",
    )
