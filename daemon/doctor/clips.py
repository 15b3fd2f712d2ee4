"""Where sound around alerts is kept: is it out of others' reach?"""

import stat

from daemon.clips.folder import FOLDER
from daemon.clips.identity import default_identity, too_open
from daemon.doctor.check import Finding, Setting


def check(setting: Setting) -> Finding:
    """The key, where it is in its usual place, and the folder of the clips."""
    identity = default_identity()
    if identity.exists() and (found := too_open(identity, identity.stat().st_mode)):
        return Finding("failed", found.message, found.remedy)
    folder = setting.state / FOLDER
    if folder.is_dir() and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return Finding(
            "warning",
            f"Others can see when clips were recorded: {folder}",
            f"Run: chmod 700 {folder}",
        )
    if not setting.config.clips.enabled:
        return Finding("ok", "no sound is kept")
    count = len(setting.config.clips.recipients)
    keys = "1 key" if count == 1 else f"{count} keys"
    return Finding("ok", f"sound around alerts is kept in {folder}, encrypted for {keys}")
